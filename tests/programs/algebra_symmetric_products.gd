# A quadratic form and a congruence transformation.
# input X = rng(1).standard_normal((5, 3))
# input S = rng(2).standard_normal((5, 5))
# input v = [1.0, -1.0, 2.0]
# expect q = v @ X.T @ S @ X @ v
# expect C = X.T @ S @ X
input X: real[m, n]; input S: real[m, m]; input v: real[n]
q := v@(X.T@S@X)@v
C := X.T@S@X
