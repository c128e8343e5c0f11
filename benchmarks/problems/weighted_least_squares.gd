# Weighted least squares by the normal equations.
input X: real[m, n]
input y: real[m]
input s: real[m]
w := solve(X.T@diag(s)@X, X.T@diag(s)@y)
output w
