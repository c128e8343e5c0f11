# A Gauss-Newton step with damping, for a model that is given by its Jacobian.
# input J = rng(1).standard_normal((8, 3))
# input r = rng(2).standard_normal(8)
# input w = [1.0, 0.5, 0.25]
# expect v = w - linalg.solve(J.T @ J + 0.1*diag(diag(J.T @ J)), J.T @ r)
# count np.linalg.inv 0 on numpy
# count J.T @ J 1 on numpy
input J: real[m, n]; input r: real[m]; input w: real[n]
v := w - inv(J.T@J + 0.1*diag(diag(J.T@J)))@J.T@r
