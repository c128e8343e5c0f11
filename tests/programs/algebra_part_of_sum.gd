# Of a formula's part only that part is computed: no sum of whole matrices.
# input A = rng(1).standard_normal((5, 4))
# input B = rng(2).standard_normal((5, 4))
# input w = rng(3).standard_normal(4)
# expect entry = A[2, 2] + B[2, 2]
# expect row = 2*A[1] - exp(B[1])/3
# expect column = (A + w)[:, -1]
# count A + B 0 on numpy
# count np.exp(B[1]) 1 on numpy
# count A[:, 3] 0 on numpy
input A: real[m, n]; input B: real[m, n]; input w: real[n]
entry := (A + B)[2, 2]
row := (2*A - exp(B)/3)[1]
column := (A + w)[:, -1]
