# Arrays without entries go through formulas, products, reductions and loops.
# input X = zeros((0, 3))
# input v = zeros(0)
# input w = [1.0, 2.0, 3.0]
# expect a = zeros(0)
# expect b = zeros(3)
# expect c = zeros((3, 3))
# expect d = 0.0
# expect e = 1.0
# expect f = zeros((0, 3))
# expect g = zeros((0, 0))
# expect t = False
# expect u = True
input X: real[m, n]; input v: real[m]; input w: real[n]
a := X@w + v
b := X.T@v
c := X.T@X
d := sum(X)
e := prod(v)
f := exp(X)*w
g := outer(v, v)
t := any(v > 0)
u := all(v > 0)
for i in 0..m { d += v[i] }
