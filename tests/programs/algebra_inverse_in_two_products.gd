# An inverse that two products use is two solves; one that is also wanted itself is computed.
# input A = rng(1).standard_normal((4, 4)) + 4*np.eye(4)
# input b = rng(2).standard_normal(4)
# input c = rng(3).standard_normal(4)
# expect x = linalg.solve(A, b)
# expect y = linalg.solve(A.T, c)
# expect Q = linalg.inv(A + 1)
# expect z = linalg.solve(A + 1, b)
# count np.linalg.inv 1 on numpy
# count np.linalg.solve 2 on numpy
input A: real[n, n]; input b: real[n]; input c: real[n]
P := inv(A)
Q := inv(A + 1)
output x := P@b
output y := c@P
output Q
output z := Q@b
