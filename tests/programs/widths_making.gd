# Makers take an element type last; parts keep the array's own.
# input k = np.array([1, 2, 3], dtype=int32)
# input x = np.array([0.1, 0.2, 0.3], dtype=float32)
# expect a = np.zeros(3, dtype=float32)
# expect b = np.ones((2, 2), dtype=int32)
# expect c = np.full(3, 0.1, dtype=float32)
# expect d = np.full(2, 7, dtype=int32)
# expect e = np.array([0.1, 9.5, 0.3], dtype=float32)
# expect f = np.array([1, 2, 4], dtype=int32)
# expect g = np.array([0, 2, 1], dtype=int32)
# expect h = np.array([[0.1, 0.2], [0.3, 0.5]], dtype=float32)
# expect i1 = np.array([0.1, 0.2, 0.3, 1, 2, 3])
# expect l = np.array([0.1, 0.2, 0.3, 0.1, 0.2, 0.3], dtype=float32)
# expect o = np.array([0.2, 0.1], dtype=float32)
# expect p = np.full(3, 2.5, dtype=float32)
# expect q = np.array([0.2, 0.2, 0.4], dtype=float32)
# tolerance 1e-6
input k: i32[n]
input x: f32[n]
a := zeros(n, f32)
b := ones(2, 2, i32)
c := full(0.1, n, f32)
d := full(7, 2, i32)
e := x
e[1] := 9.5
f := k
f[f > 2] += 1
g := zeros(3, i32)
g[k % 3] += where(k == 2, 1, where(k == 1, 2, 0))
h := [[x[0], x[1]], [x[2], 0.5]]
i1 := concat(x, k)
l := concat(x, x)
o := x[k[0:2] % 2]
p := like(x, 2.5)
q := x
for i in 0..n { if i % 2 == 0 { q[i] := q[i] + 0.1 } }
