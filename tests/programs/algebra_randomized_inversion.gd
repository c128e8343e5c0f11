# A step of randomised matrix inversion: X + W@A.T@S@inv(S.T@A@W@A.T@S)@S.T@(I - A@X).
# input A = rng(1).standard_normal((4, 4)) + 4*np.eye(4)
# input X = np.eye(4)/4
# input W = np.eye(4)
# input S = rng(2).standard_normal((4, 2))
# expect Y = X + W @ A.T @ S @ linalg.inv(S.T @ A @ W @ A.T @ S) @ S.T @ (np.eye(4) - A @ X)
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 1 on numpy
input A: real[n, n]; input X: real[n, n]; input W: real[n, n]; input S: real[n, q]
Y := X + W@A.T@S@inv(S.T@A@W@A.T@S)@S.T@(eye(n) - A@X)
