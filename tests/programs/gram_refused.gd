# Where a residual is needed for more than its products, or too few rounds would serve, it is formed in every round: a
# loss is never an expanded square.
# input X = rng(1).standard_normal((60, 3))
# input y = rng(2).standard_normal(60)
# input d = rng(3).uniform(0.5, 2.0, 60)
# tolerance 1e-9
# expect w = np.linalg.solve(X.T @ X, X.T @ y)
# expect v = np.linalg.solve(X.T @ X, X.T @ y)
# expect u = -0.5/60*(X.T @ -y)
# count X.T @ X 0 on numpy
# count X @ w 1 on numpy
input X: real[60, 3]; input y: real[60]; input d: real[60]
w := zeros(3)
repeat 300 {
    e := X@w - y
    w := w - 0.5/60*X.T@e
    J := sum(e^2)
    stop if J < 1e-30
}
v := zeros(3)
for k in 0..300 {
    f := X@v - y
    v := v - 0.5/60*X.T@(where(k < 0, d, 1.0)*f)
    v := v + 0*max(f)
}
u := zeros(3)
repeat 1 { u := u - 0.5/60*X.T@(X@u - y) }
output w, v, u
