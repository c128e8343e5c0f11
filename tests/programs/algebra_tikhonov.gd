# Regularised least squares: inv(A.T@A + d^2*I)@A.T@b.
# input A = rng(1).standard_normal((7, 3))
# input b = rng(2).standard_normal(7)
# expect x = linalg.solve(A.T @ A + 0.25*np.eye(3), A.T @ b)
# expect z = linalg.solve(A.T @ A + 0.25*np.eye(3), A.T @ b + 0.25*np.ones(3))
# count np.linalg.inv 0 on numpy
# count A.T @ b 1 on numpy
input A: real[m, n]; input b: real[m]
param d: real = 0.5
x := inv(A.T@A + d^2*eye(n))@A.T@b
z := inv(A.T@A + d^2*eye(n))@(A.T@b + d^2*ones(n))
