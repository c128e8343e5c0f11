# Index notation: inferred and given ranges, array bodies, several axes, hidden names, empty.
# input X = rng(6).standard_normal((3, 4))
# input e = [1.0, -1.0, 2.0]
# expect g = X.T @ e
# expect p = [0, 1, 4, 9]
# expect b = [[0, 1, 2], [10, 11, 12]]
# expect rows = 2*X
# expect t = X[:3, :3].trace()
# expect h = [7, 3]
# expect z = zeros(0, int)
# expect s = [2, 5, 8]
# expect D = abs(X[:, None] - X[None]).max(2)
# expect q = X.sum()
# expect u = X.sum(0)
# expect down = [3, 2, 1]
# expect w = X[[0, 2]]
input X: real[m, n]
input e: real[m]
g := [sum(X[i, j]*e[i] for i) for j]
p := [i*i for i in 0..4]
b := [10*i + j for i in 0..2, j in 0..3]
rows := [2*X[i] for i]
t := sum(X[i, i] for i in 0..m)
i := 7
h := [i, sum(i for i in 0..3)]
z := [k for k in 3..0]
s := [k for k in 2..10 by 3]
D := [max(abs(X[a, j] - X[c, j]) for j) for a, c]
q := sum(X[a, c] for a, c)
u := sum(X[a] for a)
down := [k for k in 3..0 by -1]
w := [X[k] for k in 0..m by 2]
output g, p, b, rows, t, h, z, s, D, q, u, down, w
