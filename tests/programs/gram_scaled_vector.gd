# A fixed vector times a number of the round is a number times a fixed product: X.T@(X@w + c*z - y).
# input X = rng(1).standard_normal((60, 3))
# input y = rng(2).standard_normal(60)
# input z = rng(3).standard_normal(60)
# expect w = np.linalg.solve(np.column_stack((X, z)).T @ np.column_stack((X, z)), np.column_stack((X, z)).T @ y)[:3]
# expect c = np.linalg.solve(np.column_stack((X, z)).T @ np.column_stack((X, z)), np.column_stack((X, z)).T @ y)[3]
# tolerance 1e-6
# count X @ w 1 on numpy
input X: real[60, 3]; input y: real[60]; input z: real[60]
w := zeros(3)
c := 0.0
repeat 500 {
    e := X@w + c*z - y
    w := w - 0.5/60*X.T@e
    c := c - 0.5/60*z@e
}
output w, c
