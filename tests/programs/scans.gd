# Running sums, products, maxima and minima: along an axis, and without one over all entries in order.
# input x = [3.0, 1.0, -2.0, 4.0]
# input A = [[1.0, 2.0, 3.0], [4.0, -1.0, 0.5]]
# input k = [True, False, True, True]
# expect s = cumsum(x)
# expect p = cumprod(x)
# expect h = [3.0, 3.0, 3.0, 4.0]
# expect l = [3.0, 1.0, -2.0, -2.0]
# expect s0 = cumsum(A, 0)
# expect s1 = cumsum(A, 1)
# expect sa = cumsum(A)
# expect m1 = [[1.0, 2.0, 3.0], [4.0, 4.0, 4.0]]
# expect c = [1, 1, 2, 3]
# expect i = [1, 2, 6]
# expect t = cumsum(arange(24.0).reshape(2, 3, 4), 1)
# expect d = [-2.0, -3.0, 6.0]
# expect d0 = [[3.0, -3.0, -2.5]]
# expect d1 = np.diff(A, axis=1)
# expect dk = [-1, 1, 0]
# count np.cumsum(x, axis=0) 1 on numpy
input x: real[size_n]; input A: real[size_p, size_q]; input k: bool[size_n]
s := cumsum(x); p := cumprod(x); h := cummax(x); l := cummin(x)
s0 := cumsum(A, axis=0); s1 := cumsum(A, axis=1); sa := cumsum(A); m1 := cummax(A, axis=-1)
c := cumsum(k); i := cumprod([1, 2, 3]); t := cumsum(reshape(arange(24)*1.0, 2, 3, 4), axis=1)
d := diff(x); d0 := diff(A, axis=0); d1 := diff(A); dk := diff(k)
