# Of a product's row, column, entry or block only the factors' parts are multiplied.
# input A = rng(1).standard_normal((5, 5))
# input B = rng(2).standard_normal((5, 5))
# input C = rng(3).standard_normal((5, 5))
# expect row = A[2] @ B
# expect column = B @ A[:, 3]
# expect entry = A[2] @ C[:, 3]
# expect block = C[1:3] @ A[:, ::2]
# expect turned = B @ C[:, 1]
# count A[2] @ B 1 on numpy
# count B @ A[:, 3] 1 on numpy
# count A[2] @ C[:, 3] 1 on numpy
# count C[1:3] @ A[:, 0:0 1 on numpy
# count B @ C[:, 1] 1 on numpy
input A: real[n, n]; input B: real[n, n]; input C: real[n, n]
row := (A@B)[2]
column := (B@A)[:, 3]
entry := (A@C)[2, 3]
block := (C@A)[1:3, ::2]
turned := (B@C).T[1]
