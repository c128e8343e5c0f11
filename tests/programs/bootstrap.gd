# The spread of a mean, by drawing with replacement.
# input x = [1.0, 2.0, 3.0, 4.0, 5.0]
# expect close = True
input x: real[n]
drawn := x[randint(7, 0, n, 2000, n)]
output close := abs(std(mean(drawn, axis=1)) - std(x)/sqrt(n)) < 0.05
