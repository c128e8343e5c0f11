# x = inv(A.T*B.T*B*A + R.T*L*R)*A.T*B.T*B*y: only vectors meet on the right.
# input A = rng(1).standard_normal((6, 4))
# input B = rng(2).standard_normal((5, 6))
# input R = rng(3).standard_normal((3, 4))
# input L = [1.0, 2.0, 0.5]
# input y = rng(4).standard_normal(6)
# expect x = linalg.solve(A.T @ B.T @ B @ A + R.T @ diag(L) @ R, A.T @ B.T @ B @ y)
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 1 on numpy
# count B.T @ (B @ y) 1 on numpy
# count np.where 0 on numpy
input A: real[m, n]; input B: real[p, m]; input R: real[q, n]; input L: real[q]; input y: real[m]
x := inv(A.T@B.T@B@A + R.T@diag(L)@R)@A.T@B.T@B@y
