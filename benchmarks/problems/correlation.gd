# The correlation matrix of the columns.
input X: real[m, n]
Z := standardize(X)
output R := Z.T@Z/m
