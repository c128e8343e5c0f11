# A matrix and a rank-one update of it, times a vector.
# input A = rng(1).standard_normal((4, 4))
# input u = rng(2).standard_normal(4)
# input v = rng(3).standard_normal(4)
# input x = rng(4).standard_normal(4)
# expect y = A @ x + u*(v @ x)
# expect z = x @ A - 2*(x @ v)*u
# count u * (v @ x) 1 on numpy
# count x @ v 1 on numpy
input A: real[n, n]; input u: real[n]; input v: real[n]; input x: real[n]
y := (A + outer(u, v))@x
z := x@(A - 2*outer(v, u))
