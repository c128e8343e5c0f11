# [m, 1] - [m] is [m, m] in NumPy, silently; here it is refused.
# input A = [[1.0], [2.0]]
# input v = [1.0, 2.0]
# error shape 6
input A: real[m, 1]; input v: real[m]
B := A - v
