# One round of k-means: the nearest centre of each point, then each centre to the mean of its points.
input P: real[m, d]
input C: real[k, d]
D := [sum((P[i, a] - C[c, a])^2 for a) for i, c]
M := one_hot(argmin(D, axis=1), k)
count := sum(M, axis=0)
C := where(count[:, new] > 0, M.T@P/maximum(count, 1)[:, new], C)
output C
