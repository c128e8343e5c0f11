# The derivatives of functions of two values, by each of them, with one of them stretched.
# input x = [0.3, -0.6]
# input y = [[0.5, 0.7], [-0.2, 1.1], [0.4, -0.9]]
# tolerance 1e-7
# expect gx = (np.array(x)/np.hypot(x, y) + np.array(y)/(np.array(x)**2 + np.array(y)**2)).sum(0)
# expect gy = np.array(y)/np.hypot(x, y) - np.array(x)/(np.array(x)**2 + np.array(y)**2)
# expect hx = (array(x) > array(y)).sum(0) + 2.0*(array(x) < array(y)).sum(0)
# expect c = [1.0, 0.0]
# expect w = [1.0, 3.0]
# expect k = [-1.0, 1.0]
input x: real[n]
input y: real[m, n]
J := sum(hypot(x, y) + atan2(x, y))
(gx, gy) := grad(J, x, y)
K := sum(maximum(x, y) + 2*minimum(x, y))
hx := grad(K, x)
c := grad(sum(clip(x, -0.5, 0.5)), x)
w := grad(sum(where(x > 0, x, 3*x)), x)
k := grad(sum(-x if x > 0 else x), x)
output gx, gy, hx, c, w, k
