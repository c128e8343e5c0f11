# In loops, in branches, in functions and in index notation.
# input A = [[2.0, 1.0], [1.0, 3.0]]
# expect t = [np.linalg.eigvalsh(A)[1]*(i + 1) for i in range(3)]
# expect s = 3*np.linalg.svd(A)[1][0]
# expect c = 0.0
# expect w = [1.0, 1.0]
input A: real[n, n]
def greatest(M) { (w, V) := eigh(M); return max(w) }
t := [greatest(A*(i + 1)) for i in 0..3]
s := 0.0
for i in 0..3 { (U, d, Vt) := svd(A); s += d[0] }
c := 0.0
if s < 0 { (q, r) := qr(A); c := r[0, 0] }
w := lstsq(A, A@[1.0, 1.0])
output t, s, c, w
