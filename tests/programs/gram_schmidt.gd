# Columns made orthonormal, one after the other.
# input A = rng(1).standard_normal((4, 3))
# expect gram = np.eye(3)
# expect back = A
input A: real[m, n]
Q := A
R := zeros(n, n)
for k in 0..n {
    for j in 0..k {
        R[j, k] := Q[:, j]@Q[:, k]
        Q[:, k] := Q[:, k] - R[j, k]*Q[:, j]
    }
    R[k, k] := norm(Q[:, k])
    Q[:, k] := Q[:, k]/R[k, k]
}
output gram := Q.T@Q
output back := Q@R
