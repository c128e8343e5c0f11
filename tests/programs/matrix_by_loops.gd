# Three forms of one product.
# input X = rng(7).standard_normal((5, 3))
# input e = rng(8).standard_normal(5)
# expect g1 = X.T @ e
# expect g2 = X.T @ e
# expect g3 = X.T @ e
input X: real[m, n]
input e: real[m]
g1 := X.T@e
g2 := [sum(X[i, j]*e[i] for i) for j]
g3 := zeros(n); for j in 0..n { for i in 0..m { g3[j] += X[i, j]*e[i] } }
