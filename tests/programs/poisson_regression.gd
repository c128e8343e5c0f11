# Poisson regression by Newton's method: log(mean) is linear.
# input X = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]]
# input y = [1.0, 2.0, 4.0, 8.0]
# expect w = [0.0, log(2.0)]
# tolerance 1e-5
input X: real[m, n]; input y: real[m]
w := zeros(n)
repeat 12 {
    mu := exp(X@w)
    w := w + solve(X.T@diag(mu)@X, X.T@(y - mu))
}
output w
