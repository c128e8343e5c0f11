# A chain that begins with a vector is multiplied from its beginning; a transposed product turns round.
# input x = rng(1).standard_normal(4)
# input A = rng(2).standard_normal((4, 5))
# input B = rng(3).standard_normal((5, 3))
# expect y = x @ A @ B
# expect z = B.T @ A.T @ x
# count x @ A @ B 1 on numpy
# count B.T @ (A.T @ x) 1 on numpy
input x: real[m]; input A: real[m, n]; input B: real[n, k]
y := x@(A@B)
z := (B.T@A.T)@x
