# The update of an ensemble Kalman filter: the columns of X are states.
# input X = rng(1).standard_normal((5, 4))
# input B = np.cov(rng(2).standard_normal((5, 20)))
# input H = rng(3).standard_normal((3, 5))
# input R = np.cov(rng(4).standard_normal((3, 20)))
# input Y = rng(5).standard_normal((3, 4))
# expect Z = X + linalg.solve(linalg.inv(B) + H.T @ linalg.inv(R) @ H, H.T @ linalg.inv(R) @ (Y - H @ X))
# count np.linalg.inv 1 on numpy
input X: real[n, p]; input B: real[n, n]; input H: real[m, n]; input R: real[m, m]; input Y: real[m, p]
Z := X + inv(inv(B) + H.T@inv(R)@H)@H.T@inv(R)@(Y - H@X)
