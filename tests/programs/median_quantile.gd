# The median and quantiles of all entries, along axes, and for several q at once.
# input x = [3.0, 1.0, 2.0, 10.0]
# input A = [[1.0, 5.0, 2.0], [4.0, 0.0, 8.0]]
# input q = [0.0, 0.25, 1.0]
# expect m = 2.5
# expect odd = 2.0
# expect m0 = np.median(A, 0)
# expect m1 = [[2.0], [4.0]]
# expect all = np.median(A)
# expect both = np.median(A, (0, 1))
# expect i = 2.5
# expect n = nan
# expect first = [nan, 1.0]
# expect u = [inf, 0.0]
# expect h = np.quantile(x, 0.3)
# expect v = np.quantile(x, q)
# expect w = np.quantile(A, q, axis=1)
# expect k = np.quantile(A, 0.6, axis=0, keepdims=True)
# expect one = 7.0
input x: real[size_n]; input A: real[size_a, size_b]; input q: real[size_c]
m := median(x); odd := median(x[:3]); m0 := median(A, axis=0); m1 := median(A, axis=1, keepdims=true)
all := median(A); both := median(A, axis=(0, 1)); i := median([4, 1, 3, 2])
n := median([1.0, nan, 2.0]); first := median([[nan, 1.0], [0.0, 1.0]], axis=0)
u := [median([inf, inf, 1.0]), quantile([0.0, inf, 1.0], 0.0)]
h := quantile(x, 0.3); v := quantile(x, q); w := quantile(A, q, axis=1); k := quantile(A, 0.6, axis=0, keepdims=true)
one := quantile([7], 0.5)
