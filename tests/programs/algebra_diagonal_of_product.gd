# The diagonal and the trace of a product need n dot products, not the product.
# input A = rng(1).standard_normal((4, 4))
# input B = rng(2).standard_normal((4, 4))
# input X = rng(3).standard_normal((6, 4))
# expect d = diag(A @ B)
# expect t = np.trace(B @ A)
# expect h = np.sum((X @ A)*X, 1)
# count A * B.T 1 on numpy
# count B * A.T 1 on numpy
# count X @ A * X 1 on numpy
input A: real[n, n]; input B: real[n, n]; input X: real[m, n]
d := diag(A@B)
t := trace(B@A)
h := diag(X@A@X.T)
