# Counts of library calls in the text of `numpy`.
# input X = rng(14).standard_normal((4, 3))
# input v = [1.0, 2.0, 3.0]
# expect y = X @ array(v)
# expect z = X - X.mean(0)
# count X @ v 1 on numpy
# count mean(X, 1 on numpy
input X: real[m, n]
input v: real[n]
y := X@v
z := X - mean(X, axis=0)
