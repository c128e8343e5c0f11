# input x = [1.0, inf]
# error value 4: histogram(x, 3), inf, not finite
input x: real[n]
h := histogram(x, 3)
