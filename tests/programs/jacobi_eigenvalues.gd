# Jacobi's rotations: a symmetric matrix becomes diagonal.
# input A = [[4.0, 1.0, 0.5], [1.0, 3.0, 1.0], [0.5, 1.0, 2.0]]
# expect w = linalg.eigvalsh(A)
# tolerance 1e-6
input A: real[n, n]
D := A
repeat 6 {
    for p in 0..n - 1, q in p + 1..n {
        t := atan2(2*D[p, q], D[q, q] - D[p, p])/2
        G := eye(n)
        G[p, p] := cos(t); G[q, q] := cos(t)
        G[p, q] := sin(t); G[q, p] := -sin(t)
        D := G.T@D@G
    }
}
output w := sort(diag(D))
