# Weighted least squares with a bias, by its derivative: the weights go into the products that are made before the loop.
# input X = rng(1).standard_normal((60, 3))
# input y = rng(2).standard_normal(60)
# input d = rng(3).uniform(0.5, 2.0, 60)
# expect w = np.linalg.solve(np.column_stack((X, np.ones(60))).T @ np.diag(d) @ np.column_stack((X, np.ones(60))), np.column_stack((X, np.ones(60))).T @ (d*y))[:3]
# expect b = np.linalg.solve(np.column_stack((X, np.ones(60))).T @ np.diag(d) @ np.column_stack((X, np.ones(60))), np.column_stack((X, np.ones(60))).T @ (d*y))[3]
# tolerance 1e-7
# count X @ w 1 on numpy
# count np.dot( 1 on parallel
input X: real[60, 3]; input y: real[60]; input d: real[60]
w := zeros(3)
b := 0.0
repeat 400 {
    J := sum(d*(X@w + b - y)^2)/(2*60)
    (dw, db) := grad(J, w, b)
    w := w - 0.5*dw
    b := b - 0.5*db
}
output w, b
