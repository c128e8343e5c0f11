# The first direction of centred data, and how much of the variance it has.
# input X = [[2.5, 2.4], [0.5, 0.7], [2.2, 2.9], [1.9, 2.2], [3.1, 3.0], [2.3, 2.7]]
# expect share = np.max(linalg.eigvalsh(np.cov(X.T)))/np.trace(np.cov(X.T))
# expect scores = 0.0
input X: real[m, n]
C := X - mean(X, axis=0)
(w, V) := eigh(C.T@C/(m - 1))
output share := w[n - 1]/sum(w)
output scores := mean(C@V[:, n - 1])
