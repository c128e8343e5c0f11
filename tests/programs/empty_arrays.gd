# Arrays of nothing: sums, products, tables, concatenation.
# input X = zeros((0, 3))
# input v = zeros(0)
# expect s = 0.0
# expect p = 1.0
# expect mu = nan
# expect a = true
# expect o = false
# expect c = [0.0, 0.0, 0.0]
# expect G = zeros((3, 3))
# expect t = zeros(0)
# expect size0 = 0.0
# expect k = zeros((0, 2))
# expect w = [1.0]
# expect f = 0
input X: real[m, n]
input v: real[m]
s := sum(v); p := prod(v); mu := mean(v)
a := all(v > 0); o := any(v > 0)
c := sum(X, axis=0)
G := X.T@X
t := [v[i]*2 for i]
size0 := norm(v)
k := X[:, 1:]
w := concat(v, [1.0])
f := 0
for x in v { f += 1 }
output s, p, a, o, c, G, t, size0, k, w, f, mu
