# The quartiles of each column.
input X: real[m, n]
output low := quantile(X, 0.25, axis=0), middle := median(X, axis=0), high := quantile(X, 0.75, axis=0)
