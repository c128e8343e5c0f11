# Sums of f32 are f32, of i32 int; means of ints are real.
# input X = np.array([[0.5, 2.5, -1.0], [4.0, 0.25, 8.0]], dtype=float32)
# input k = np.array([4, -2, 7], dtype=int32)
# expect a = np.float32(14.25)
# expect b = X.sum(axis=0)
# expect c = X.mean(axis=1)
# expect d = 9
# expect e = 3.0
# expect f = X.prod()
# expect g = X.var(axis=0)
# expect h = X.std()
# expect i = X.min(axis=1)
# expect j = np.int32(7)
# expect l = [1, 2]
# expect o = np.sqrt((X**2).sum())
# expect p = np.log(np.exp(X).sum(axis=1))
# expect q = np.float32(14.25)
# expect r = X.sum(axis=0)
# expect s = 9
# expect t = X.mean()
# expect u = np.float32(5.0)
# expect v = np.float32(-0.5)
# expect w = [true, false]
# tolerance 1e-5
input X: f32[m, n]
input k: i32[n]
a := sum(X)
b := sum(X, axis=0)
c := mean(X, axis=1)
d := sum(k)
e := mean(k)
f := prod(X)
g := var(X, axis=0)
h := std(X)
i := min(X, axis=1)
j := max(k)
l := argmax(X, axis=1)
o := norm(X)
p := logsumexp(X, axis=1)
q := sum(X[i2, j2] for i2, j2)
r := [sum(X[i2, j2] for i2) for j2]
s := sum(k[i2] for i2)
t := mean(X[i2, j2] for i2, j2)
u := sum(X[X > 4]) - sum(X[X < 0]) - 4
v := prod(X[X < 1])*-16*0.25*-2*0.5
w := [any(k), all(X < 8)]
