# Sizes as formulas of names: one more, half, twice.
# input a = [1.0, 2.0, 3.0]
# input b = [1.0, 2.0, 3.0, 4.0]
# input c = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
# expect d = [1.0, 1.0, 1.0]
# expect e = [1.0, 3.0, 5.0]
# expect k = 3
input a: real[n]; input b: real[n + 1]; input c: real[2*n]
d := b[1:] - b[:-1]
e := c[::2]
k := n
