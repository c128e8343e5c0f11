# X.T@X is one product of X with its own transpose, which the library computes by half; of it, no copy is made.
# input X = rng(1).standard_normal((6, 3))
# input v = rng(2).standard_normal(6)
# expect G = X.T @ X
# expect h = X @ (X.T @ v)
# count X.T @ X 1 on numpy
# count X @ (X.T @ v) 1 on numpy
input X: real[m, n]; input v: real[m]
G := X.T@X
h := X@X.T@v
