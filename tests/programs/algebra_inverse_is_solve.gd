# An inverse that is multiplied by something is a solve, on either side, transposed or not.
# input A = rng(1).standard_normal((4, 4)) + 4*np.eye(4)
# input b = rng(2).standard_normal(4)
# input B = rng(3).standard_normal((4, 2))
# expect x = linalg.solve(A, b)
# expect X = linalg.solve(A, B)
# expect y = linalg.solve(A.T, b)
# expect Y = linalg.solve(A.T, B).T
# expect z = linalg.solve(A.T, b)
# expect w = linalg.solve(A, B @ (B.T @ b))
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 6 on numpy
input A: real[n, n]; input b: real[n]; input B: real[n, k]
x := inv(A)@b
X := inv(A)@B
y := b@inv(A)
Y := B.T@inv(A)
z := inv(A).T@b
w := inv(A)@B@B.T@b
