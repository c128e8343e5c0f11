# The textbook's step: the scalar meets the vector, and X is read twice.
# input X = rng(1).standard_normal((6, 3))
# input y = rng(2).standard_normal(6)
# input w = [1.0, 2.0, 3.0]
# expect v = w - 0.1*(1/6)*X.T @ (X @ w - y)
# count X.T @ (X @ w - y) 1 on numpy
input X: real[m, n]; input y: real[m]; input w: real[n]
param a: real = 0.1
v := w - a*(1/m)*X.T@(X@w - y)
