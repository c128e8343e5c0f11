# The linear estimator of least mean square error: Cx@H.T@inv(H@Cx@H.T + Cz)@(y - H@mx) + mx.
# input H = rng(1).standard_normal((3, 5))
# input Cx = np.cov(rng(2).standard_normal((5, 20)))
# input Cz = np.eye(3)
# input mx = rng(3).standard_normal(5)
# input y = rng(4).standard_normal(3)
# expect x = Cx @ H.T @ linalg.solve(H @ Cx @ H.T + Cz, y - H @ mx) + mx
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 1 on numpy
input H: real[m, n]; input Cx: real[n, n]; input Cz: real[m, m]; input mx: real[n]; input y: real[m]
x := Cx@H.T@inv(H@Cx@H.T + Cz)@(y - H@mx) + mx
