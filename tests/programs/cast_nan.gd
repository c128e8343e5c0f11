# input x = [1.0, nan]
# error value 4: nan
input x: real[n]
k := cast(x, int)
