# QR by reflections; R's diagonal is made positive at the end.
# input A = rng(1).standard_normal((5, 3))
# expect err = 0.0
# expect gram = np.eye(3)
# tolerance 1e-9
input A: real[m, n]
R := A
Q := eye(m)
for k in 0..n {
    x := R[k:, k]
    v := x
    v[0] += norm(x) if x[0] >= 0 else -norm(x)
    v := v/norm(v)
    R[k:, :] := R[k:, :] - 2*outer(v, v@R[k:, :])
    Q[:, k:] := Q[:, k:] - 2*outer(Q[:, k:]@v, v)
}
for k in 0..n { if R[k, k] < 0 { R[k, :] := -R[k, :]; Q[:, k] := -Q[:, k] } }
output err := norm(Q@R - A)
output gram := Q[:, :n].T@Q[:, :n]
