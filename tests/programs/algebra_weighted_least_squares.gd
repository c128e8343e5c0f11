# X.T@diag(w)@X without a diagonal matrix, and a solve instead of an inverse.
# input X = rng(1).standard_normal((8, 3))
# input w = rng(2).random(8) + 0.5
# input y = rng(3).standard_normal(8)
# expect b = linalg.solve(X.T @ (w[:, None]*X), X.T @ (w*y))
# count np.linalg.inv 0 on numpy
# count np.where 0 on numpy
input X: real[m, n]; input w: real[m]; input y: real[m]
b := inv(X.T@diag(w)@X)@X.T@diag(w)@y
