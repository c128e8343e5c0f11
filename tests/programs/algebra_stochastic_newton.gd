# B = k/(k-1)*B@(I - A.T@W@inv((k-1)*I + W.T@A@B@A.T@W)@W.T@A@B), one step of a stochastic Newton method.
# input A = rng(1).standard_normal((6, 4))
# input B = np.eye(4)
# input W = rng(2).standard_normal((6, 2))
# expect C = 5/4*B @ (np.eye(4) - A.T @ W @ linalg.inv(4*np.eye(2) + W.T @ A @ B @ A.T @ W) @ W.T @ A @ B)
# count np.linalg.inv 0 on numpy
input A: real[m, n]; input B: real[n, n]; input W: real[m, q]
param k: int = 5
C := k/(k - 1)*B@(eye(n) - A.T@W@inv((k - 1)*eye(q) + W.T@A@B@A.T@W)@W.T@A@B)
