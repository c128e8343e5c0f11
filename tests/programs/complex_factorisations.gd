# Factorisations of complex matrices: R's diagonal and the largest entry of each vector are real and positive.
# input A = rng(3).standard_normal((4, 3)) + 1j*rng(4).standard_normal((4, 3))
# input b = rng(5).standard_normal(4) + 1j*rng(6).standard_normal(4)
# expect s = np.linalg.svd(A, compute_uv=False)
# expect w = np.linalg.eigvalsh(np.conj(A.T) @ A)
# expect X = np.linalg.pinv(A)
# expect x = np.linalg.lstsq(A, b, rcond=None)[0]
# expect M = A
# expect N = A
# expect O = A
# expect G = np.conj(A.T) @ A
# expect D = np.abs(np.linalg.qr(A)[1].diagonal())
# expect T = [true, true, true]
# expect I = np.eye(3) + 0j
input A: complex[m, n]
input b: complex[m]
(Q, R) := qr(A)
(U, s, Vt) := svd(A)
(w, V) := eigh(conj(A.T)@A)
(P, L, K) := lu(A)
X := pinv(A)
x := lstsq(A, b)
M := Q@R
N := U*s@Vt
O := P@L@K
G := V*w@conj(V.T)
D := real(diag(R))
T := [_positive(U[:, k]) and _positive(V[:, k]) for k in 0..n]
I := conj(Q.T)@Q
def _positive(v) = abs(imag(v[argmax(abs(v))])) < 1e-6 and real(v[argmax(abs(v))]) > 0
output s, w, X, x, M, N, O, G, D, T, I
