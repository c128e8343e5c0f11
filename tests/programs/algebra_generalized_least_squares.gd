# b = inv(X.T@inv(M)@X)@X.T@inv(M)@y: solves, no inverse.
# input X = rng(1).standard_normal((6, 3))
# input M = np.cov(rng(2).standard_normal((6, 20)))
# input y = rng(3).standard_normal(6)
# expect b = linalg.solve(X.T @ linalg.solve(M, X), X.T @ linalg.solve(M, y))
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 3 on numpy
input X: real[m, n]; input M: real[m, m]; input y: real[m]
b := inv(X.T@inv(M)@X)@X.T@inv(M)@y
