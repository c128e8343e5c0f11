# inv(X.T@X)@X.T@y: one solve for one vector.
# input X = rng(1).standard_normal((9, 3))
# input y = rng(2).standard_normal(9)
# expect w = linalg.lstsq(X, y, rcond=None)[0]
# tolerance 1e-8
# count np.linalg.inv 0 on numpy
# count np.linalg.solve(X.T @ X, X.T @ y) 1 on numpy
input X: real[m, n]; input y: real[m]
w := inv(X.T@X)@X.T@y
