# One entry a round: the diagonal costs less than the product, all entries do not.
# input A = rng(1).standard_normal((5, 5))
# input B = rng(2).standard_normal((5, 5))
# expect t = np.trace(A @ B)
# expect s = np.sum((A @ B)**2)
# count A @ B 1 on numpy
# count set_product( 1 on parallel
input A: real[n, n]; input B: real[n, n]
t := sum((A@B)[i, i] for i in 0..n)
s := sum((A@B)[i, j]^2 for i in 0..n, j in 0..n)
