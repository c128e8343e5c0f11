# A row times two matrices and a column is a number: no product of matrices is needed.
# input x = rng(1).standard_normal(4)
# input A = rng(2).standard_normal((4, 5))
# input B = rng(3).standard_normal((5, 3))
# input y = rng(4).standard_normal(3)
# expect s = x @ A @ B @ y
# count x @ A @ B @ y 1 on numpy
input x: real[m]; input A: real[m, n]; input B: real[n, k]; input y: real[k]
s := x@(A@B)@y
