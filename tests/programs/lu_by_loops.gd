# Doolittle's factorisation, A = L@U.
# input A = [[2.0, 1.0, 1.0], [4.0, 3.0, 3.0], [8.0, 7.0, 9.0]]
# expect L = [[1.0, 0.0, 0.0], [2.0, 1.0, 0.0], [4.0, 3.0, 1.0]]
# expect U = [[2.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 2.0]]
input A: real[n, n]
L := eye(n)
U := A
for k in 0..n {
    for i in k + 1..n {
        L[i, k] := U[i, k]/U[k, k]
        U[i, :] := U[i, :] - L[i, k]*U[k, :]
    }
}
