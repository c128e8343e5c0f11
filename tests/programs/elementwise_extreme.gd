# Overflow, underflow and the smallest numbers, as NumPy has them.
# input x = [1000.0, -1000.0, 1e308, 5e-324, -0.0, 0.0]
# expect e = [inf, 0.0, inf, 1.0, 1.0, 1.0]
# expect big = [10000.0, -10000.0, inf, 5e-323, -0.0, 0.0]
# expect z = [0.0, -0.0, 0.0, inf, -inf, inf]
# expect g = [1.0, -1.0, 1.0, 1.0, 0.0, 0.0]
# expect a = [1000.0, 1000.0, 1e308, 5e-324, 0.0, 0.0]
# expect m = [1000.0, 0.0, 1e308, 5e-324, 0.0, 0.0]
# expect neg = [-1000.0, 1000.0, -1e308, -5e-324, 0.0, -0.0]
input x: real[n]
e := exp(x)
big := x*10
z := 1/x if abs(x) < 1 else 0*x
g := sign(x)
a := abs(x)
m := maximum(x, 0.0) + 0.0
neg := -x
