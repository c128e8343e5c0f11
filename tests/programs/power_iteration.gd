# The largest eigenvalue of a symmetric matrix.
# input A = [[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]]
# expect lambda = np.max(linalg.eigvalsh(A))
# tolerance 1e-6
input A: real[n, n]
v := ones(n)
repeat 60 {
    v := A@v
    v := v/norm(v)
}
output lambda := v@A@v
