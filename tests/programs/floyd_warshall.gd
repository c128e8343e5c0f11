# Shortest paths between all pairs.
# input D = [[0, 5, inf, 10], [inf, 0, 3, inf], [inf, inf, 0, 1], [inf, inf, inf, 0]]
# expect S = [[0, 5, 8, 9], [inf, 0, 3, 4], [inf, inf, 0, 1], [inf, inf, inf, 0.0]]
# expect T = [[0, 5, 8, 9], [inf, 0, 3, 4], [inf, inf, 0, 1], [inf, inf, inf, 0.0]]
input D: real[n, n]
S := D
for k in 0..n, i in 0..n, j in 0..n {
    if S[i, k] + S[k, j] < S[i, j] { S[i, j] := S[i, k] + S[k, j] }
}
T := D
for k in 0..n { T := minimum(T, T[:, k][:, new] + T[k, :][new, :]) }
output S, T
