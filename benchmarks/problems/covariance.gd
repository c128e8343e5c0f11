# The covariance matrix of the columns.
input X: real[m, n]
output S := cov(X.T)
