# Gauss and Jordan: the inverse by elimination, rows exchanged at each pivot.
# expect ok = true
n := 4
A := [1.0/(1 + i + j) + (1.0 if i == 3 - j else 0.0) for i in 0..n, j in 0..n]
M := concat(A, eye(n), axis=1)
for c in 0..n {
    p := c + argmax(abs(M[c:, c]))
    row := M[c, :]
    M[c, :] := M[p, :]
    M[p, :] := row
    M[c, :] /= M[c, c]
    for r in 0..n {
        if r != c { M[r, :] -= M[r, c]*M[c, :] }
    }
}
I := M[:, n:]
output ok := norm(A@I - eye(n)) < 1e-10
