# The matrix whose eigenvectors are the principal components, and the share of the first.
input X: real[m, n]
Z := X - mean(X, axis=0)
G := Z.T@Z/m
(values, vectors) := eigh(G)
output values, share := values[n - 1]/sum(values)
