# Derivatives through views, gathers, products, joins and index notation.
# input A = arange(6.0).reshape(2, 3)/4
# input k = [0, 2, 2]
# input B = rng(11).standard_normal((3, 2))
# tolerance 1e-7
# expect t = 2*A
# expect r = (ones((2, 3))*np.arange(6).reshape(2, 3))
# expect c = [[0.0, 2.0, 2.0], [0.0, 0.0, 0.0]]
# expect g = [[1.0, 0.0, 2.0], [1.0, 0.0, 2.0]]
# expect p = 2*(A @ B) @ B.T
# expect j = 3*A**2 + 1
# expect x = 2*A
# expect f = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
# expect u = [[2.0, 2.0, 2.0], [0.0, 0.0, 0.0]]
input A: real[m, n]
input k: int[q]
input B: real[n, m]
t := grad(sum(A.T^2), A)
r := grad(sum(reshape(A, -1)*arange(6)), A)
c := grad(sum(A[0, 1:]*2), A)
g := grad(sum(A[:, k]), A)
p := grad(sum((A@B)^2), A)
j := grad(sum(concat(A^3, A, axis=0)), A)
x := grad(sum(A[i, l]^2 for i, l), A)
f := grad(sum([A[i, l]*(n*i + l) for i, l]), A)
u := grad(sum(flip(A, axis=0)[-1]*2), A)
output t, r, c, g, p, j, x, f, u
