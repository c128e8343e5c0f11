# An outer product in a chain is its two vectors.
# input u = [1.0, 2.0, 3.0]
# input v = [1.0, -1.0, 0.5, 2.0]
# input w = rng(1).standard_normal(4)
# input A = rng(2).standard_normal((4, 3))
# expect a = outer(u, v) @ w
# expect b = outer(u, v) @ A @ u
# expect C = outer(u, v @ A)
# expect d = u @ outer(u, v)
# count [:, None] 1 on numpy
input u: real[m]; input v: real[n]; input w: real[n]; input A: real[n, m]
a := outer(u, v)@w
b := outer(u, v)@A@u
C := outer(u, v)@A
d := u@outer(u, v)
