# Several right sides at once, with momentum and a rate that falls: one Gram matrix serves all rounds,
# and the residual is formed once in a while, so that rounding errors do not grow.
# input X = rng(1).standard_normal((50, 4))
# input Y = rng(2).standard_normal((50, 2))
# expect W = np.linalg.solve(X.T @ X, X.T @ Y)
# tolerance 1e-6
# count X @ W 1 on numpy
# count X.T @ X 1 on numpy
input X: real[50, 4]; input Y: real[50, 2]
W := zeros(4, 2)
V := zeros(4, 2)
for k in 0..500 {
    V := 0.8*V - 0.3/(1 + 0.001*k)/50*X.T@(X@W - Y)
    W := W + V
}
output W
