# The two-sided transformation inv(L)@A@inv(L.T): two solves.
# input A = np.cov(rng(1).standard_normal((4, 20)))
# input L = np.tril(rng(2).standard_normal((4, 4))) + 4*np.eye(4)
# expect C = linalg.inv(L) @ A @ linalg.inv(L.T)
# count np.linalg.inv 0 on numpy
# count np.linalg.solve 2 on numpy
input A: real[n, n]; input L: real[n, n]
C := inv(L)@A@inv(L.T)
