# Derivatives through qr, eigh, svd, pinv and lstsq, of tall and of wide matrices.
# input A = [[1.0, 2.0], [-3.0, 4.0], [0.5, -1.0]]
# input b = [1.0, -1.0, 2.0]
# tolerance 1e-6
# expect t = eye(2)
input A: real[m, n]; input b: real[m]
(Q, R) := qr(A)
q := grad(sum(Q^3) + sum(R^2*3), A)
(q1, r1) := qr(A.T)
w := grad(sum(q1^3) + sum(r1*r1*r1), A)
S := A.T@A
(v, V) := eigh(S)
e := grad(sum(v^2) + sum(V^3), S)
t := grad(sum(v), S)
(U, s, Vt) := svd(A)
d := grad(sum(s^3) + sum(U^3) - 2*sum(Vt^3), A)
(U2, s2, V2) := svd(A.T)
f := grad(sum(s2) + sum(U2^3) - 2*sum(V2^3), A)
p := grad(sum(pinv(A)^2), A)
l := grad(sum(lstsq(A, b)^2), A)
g := grad(sum(lstsq(A, b)^2), b)
output q, w, e, t, d, f, p, l, g
