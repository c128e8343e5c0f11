# Every reduction over indices, dependent ranges, and over empty ranges.
# input x = [3.0, -1.0, 2.0]
# expect r = [4.0, -6.0, 4/3, -1.0, 3.0]
# expect t = [true, false]
# expect k = [1, 0]
# expect v = [np.var(x), np.std(x), np.linalg.norm(x), np.log(np.exp(x).sum())]
# expect d = 10
# expect tri = 4.0
# expect e = [0.0, 1.0]
# expect n = nan
# expect b = [false, true]
# expect at = 6
# expect c = 3
# expect poly = [1.0, 3.0, 7.0]
input x: real[m]
r := [sum(x[i] for i), prod(x[i] for i), mean(x[i] for i), min(x[i] for i), max(x[i] for i)]
t := [any(x[i] > 2 for i), all(x[i] > 2 for i)]
k := [argmin(x[i] for i), argmax(x[i] for i)]
v := [var(x[i] for i), std(x[i] for i), norm(x[i] for i), logsumexp(x[i] for i)]
d := sum(1 for i in 0..5, j in 0..i)
tri := sum(x[i]*x[j] for i in 0..m, j in i + 1..m) + 3
e := [sum(x[i] for i in 0..0), prod(x[i] for i in 2..1)]
n := mean(x[i] for i in 0..0)
b := [any(x[i] > 0 for i in 0..0), all(x[i] > 0 for i in 0..0)]
at := argmin((i - 6)^2 for i in 0..20 by 2)
c := sum(x[i] > -5 for i)
poly := [sum([1.0, 1.0, 1.0][k]*z^k for k) for z in 0..3]
output r, t, k, v, d, tri, e, n, b, at, c, poly
