# k-means: a table with a given range, argmin by axis, one_hot, where with new axes.
# input P = [[0.0, 0.0], [0.0, 1.0], [5.0, 5.0], [6.0, 5.0]]
# expect C = [[0.0, 0.5], [5.5, 5.0]]
# expect label = [0, 0, 1, 1]
input P: real[m, d]
param k: int = 2
C := concat(P[:1], P[-1:], axis=0)
repeat 5 {
    D := [sum((P[i, a] - C[c, a])^2 for a) for i, c in 0..k]
    label := argmin(D, axis=1)
    M := one_hot(label, k)
    count := sum(M, axis=0)
    C := where(count[:, new] > 0, M.T@P/maximum(count, 1)[:, new], C)
}
output C, label
