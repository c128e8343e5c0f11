# Over the whole array.
# input X = rng(2).standard_normal((4, 5))
# expect v = [X.sum(), X.prod(), X.mean(), X.var(), X.std(), X.min(), X.max(), sqrt((X**2).sum())]
# expect k = [X.argmin(), X.argmax()]
# expect l = np.log(np.exp(X).sum())
# expect t = [false, true]
input X: real[m, n]
v := [sum(X), prod(X), mean(X), var(X), std(X), min(X), max(X), norm(X)]
k := [argmin(X), argmax(X)]
l := logsumexp(X)
t := [all(X > 0), any(X > 0)]
