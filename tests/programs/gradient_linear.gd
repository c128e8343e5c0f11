# The gradient of least squares costs and equals the formula by hand.
# input X = rng(9).standard_normal((6, 3))
# input y = rng(10).standard_normal(6)
# input w = [0.1, -0.2, 0.3]
# expect g = 2/6*X.T @ (X @ w - y)
# expect h = X.T @ (X @ w - y)/6
# expect db = 2*mean(X @ w - y)
# tolerance 1e-8
input X: real[m, n]
input y: real[m]
input w: real[n]
b := 0.0
J := mean((X@w + b - y)^2)
(g, db) := grad(J, w, b)
e := X@w - y
h := grad(sum(e^2)/(2*m), w)
output g, h, db
