# A place that exists only in the rounds that read it, in a product whose derivative reads it several times.
# input w = 2.0
# input u = [1.0, 2.0, 3.0]
# input v = [[1.0, 2.0], [3.0, 4.0]]
# tolerance 1e-9
# expect g = 216.0
# expect h = 588.0
input w: real
input u: real[m]
input v: real[k, n]
J := prod(u[i + 1] if i + 1 < m else w for i in 0..m, j in 0..i + 1)
g := grad(J, w)
K := prod(sum(v[i + 1, :]) if i + 1 < k else w for i in 0..k, j in 0..i + 2)
h := grad(K, w)
output g, h
