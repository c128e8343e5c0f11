# The smallest numbers, and what is between them and 0.
# input x = [5e-324, 1e-310, -1e-308, 2.2250738585072014e-308]
# expect half = x/2
# expect twice = x*2
# expect both = 5e-324 + 1e-310
# expect zero = [False, False, False, False]
# exact
input x: real[n]
half := x/2
twice := x*2
both := x[0] + x[1]
zero := x == 0
