# All shortest paths.
input D: real[n, n]
for k in 0..n, i in 0..n, j in 0..n {
    if D[i, k] + D[k, j] < D[i, j] { D[i, j] := D[i, k] + D[k, j] }
}
output D
