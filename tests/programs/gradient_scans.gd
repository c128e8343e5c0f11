# Derivatives through scans, order statistics and what moves entries.
# input x = [0.7, -1.2, 2.0, 0.4]
# input A = [[1.0, 2.5, -0.5], [0.3, -2.0, 4.0]]
# input c = [1.0, -2.0, 0.5, 3.0]
# tolerance 1e-6
# expect s = [2.5, 1.5, 3.5, 3.0]
# expect o = [0.5, 1.0, 3.0, -2.0]
# expect h1 = [-1.0, 0.0, 3.5, 0.0]
# expect m = [0.5, 0.0, 0.0, 0.5]
# expect z = [0.0, 2.0, 0.0]
# expect l = [-1.0, 1.0, 1.0, 1.0]
input x: real[n]; input A: real[p, q]; input c: real[n]
s := grad(sum(cumsum(x)*c), x)
t := grad(sum(cumsum(A, axis=0)^2), A)
r := grad(sum(cumprod(x)*c), x)
y := [1.0, 0.0, 2.0]
z := grad(sum(cumprod(y)*[0.0, 2.0, 0.0]), y)
z := z + [0.0, 0.0, 0.0]
o := grad(sum(sort(x)*c), x)
u := grad(sum(sort(A)*A), A)
m := grad(median(x), x)
h := grad(sum(quantile(A, [0.3, 0.8], axis=1)^2), A)
d := grad(sum(diff(x)*[1.0, 0.0, 0.0]), x)
l := d + [0.0, 0.0, 1.0, 1.0]
h1 := grad(sum(cummax(x)*c), x)
l1 := grad(sum(cummin(A, axis=0)^2) + sum(cummax(A, axis=1)^3), A)
output h1, l1, s, t, r, z, o, u, m, h, l
