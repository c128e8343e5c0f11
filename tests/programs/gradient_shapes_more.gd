# Derivatives through pad, split, kron, cross, interp, conv, cov and matrix_power.
# input x = [0.7, -1.2, 2.0]
# input y = [1.0, 0.5, -0.3]
# input A = [[1.0, 2.5], [0.3, -2.0]]
# input w = [0.2, 0.9, 1.6]
# tolerance 1e-6
# expect p = [1.0, 2.0, 3.0]
# expect a = [[1.0, 0.0], [1.0, 0.0]]
input x: real[n]; input y: real[n]; input A: real[m, m]; input w: real[n]
p := grad(sum(pad(x, 1, 2)*[5.0, 1.0, 2.0, 3.0, 5.0, 5.0]), x)
(u, v) := split(A, 2, axis=1)
a := grad(sum(u), A)
k := grad(sum(kron(A, A.T)^2), A)
c := grad(sum(cross(x, y)*[1.0, -2.0, 3.0]), x)
i := grad(sum(interp(w, [0.0, 1.0, 2.0], y)^2), y)
j := grad(sum(interp(w, [0.0, 1.0, 2.0], y)^2), w)
f := grad(sum(conv(x, y)^2), x)
g := grad(sum(conv(x, y, mode="same")^2), y)
e := grad(cov(x, y)[0, 1]*3, x)
q := grad(sum(matrix_power(A, 3)), A)
b := grad(sum(histogram(x, 2, weights=y)*[1.0, 2.0]), y)
output p, a, k, c, i, j, f, g, e, q, b
