# A norm of a chain that ends in a vector is the norm of a vector; a quadratic form is a dot product.
# input A = rng(1).standard_normal((4, 3))
# input B = rng(2).standard_normal((3, 3))
# input x = [1.0, 2.0, 3.0]
# expect r = linalg.norm(A @ (B @ x))
# expect q = x @ A.T @ A @ x
# count A @ (B @ x) 1 on numpy
# count x @ A.T @ A @ x 1 on numpy
input A: real[m, n]; input B: real[n, n]; input x: real[n]
r := norm(A@B@x)
q := x@(A.T@A)@x
