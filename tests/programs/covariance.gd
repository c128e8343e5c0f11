# cov and corr: the rows of a matrix are the variables; two vectors; one vector.
# input X = [[1.0, 2.0, 4.0, 3.0], [0.0, -1.0, 5.0, 2.0], [2.0, 2.5, 2.0, 9.0]]
# expect C = np.cov(X)
# expect R = np.corrcoef(X)
# expect c = np.cov(array(X)[0], array(X)[1])
# expect r = np.corrcoef(array(X)[0], array(X)[1])
# expect v = np.var(array(X)[0], ddof=1)
# expect one = 1.0
# expect i = np.cov([[1, 2, 6], [3, 1, 2]])
# expect few = full((3, 3), nan)
input X: real[size_p, size_n]
C := cov(X); R := corr(X); c := cov(X[0, :], X[1, :]); r := corr(X[0, :], X[1, :])
v := cov(X[0, :]); one := corr(X[0, :]); i := cov([[1, 2, 6], [3, 1, 2]]); few := cov(X[:, :1])
