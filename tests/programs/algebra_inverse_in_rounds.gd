# An inverse made before a loop is not solved with in every round.
# input A = rng(1).standard_normal((3, 3)) + 3*np.eye(3)
# input w = [1.0, 2.0, 3.0]
# expect v = linalg.matrix_power(linalg.inv(A), 5) @ w
# count np.linalg.inv 1 on numpy
# count np.linalg.solve 0 on numpy
input A: real[n, n]; input w: real[n]
P := inv(A)
v := w
repeat 5 { v := P@v }
output v
