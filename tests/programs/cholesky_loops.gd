# Cholesky's decomposition as scalar loops, in place.
# input A = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]]
# expect L = np.linalg.cholesky(A)
input A: real[n, n]
L := A
for j in 0..n {
    for k in 0..j {
        for i in j..n { L[i, j] -= L[i, k]*L[j, k] }
    }
    L[j, j] := sqrt(L[j, j])
    for i in j + 1..n { L[i, j] /= L[j, j] }
    for i in 0..j { L[i, j] := 0 }
}
output L
