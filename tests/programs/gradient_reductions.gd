# The derivative of every reduction, whole and by axis.
# input X = [[1.0, -2.0, 0.5], [3.0, 0.7, -1.5]]
# tolerance 1e-7
# expect s = full((2, 3), 1.0)
# expect p = np.prod(X)/np.array(X)
# expect m = full((2, 3), 1/6)
# expect v = 2*(np.array(X) - np.mean(X))/6
# expect d = (np.array(X) - np.mean(X))/(6*np.std(X))
# expect lo = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
# expect hi = [[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
# expect n = np.array(X)/sqrt((np.array(X)**2).sum())
# expect l = np.exp(X)/np.exp(X).sum()
# expect a = 2*np.array(X).sum(0)*ones((2, 1))
# expect k = 2*(np.array(X) - np.mean(X, 1, keepdims=True))/3
input X: real[a2, b2]
s := grad(sum(X), X)
p := grad(prod(X), X)
m := grad(mean(X), X)
v := grad(var(X), X)
d := grad(std(X), X)
lo := grad(min(X), X)
hi := grad(sum(max(X, axis=0)), X)
n := grad(norm(X), X)
l := grad(logsumexp(X), X)
a := grad(sum(sum(X, axis=0)^2), X)
k := grad(sum(var(X, axis=1)), X)
output s, p, m, v, d, lo, hi, n, l, a, k
