# Fixed widths that meet: as in NumPy, but an array's width holds against a scalar of its kind or a lesser one.
# input X = np.array([[0.1, 2.5], [3.0, -4.25]], dtype=float32)
# input k = np.array([7, -5], dtype=int32)
# input z = np.array([1 + 2j, 0.1], dtype=complex64)
# input t = [true, false]
# input d = [0.1, 2.0]
# input s = np.float32(0.1)
# input g = 0.3
# input i = np.int32(9)
# input j = 5
# expect a = 2*X + np.float32(0.5)
# expect b = (X[0] + k)
# expect c = X[0] + d
# expect e = np.add(k, np.array([1, 1]))
# expect f = k*np.int32(2)
# expect h = X[0] + t
# expect l = k + t
# expect m1 = X*np.float32(0.3)
# expect n1 = k*np.int32(5)
# expect o = np.float64(g) + np.float64(s)
# expect p = np.float64(s) + 9.0
# expect q = 14
# expect r = 2*s + 1
# expect u = X*np.float32(5)
# expect v = z*d
# expect w = z*X[0]
# expect x = z + k
# expect y = np.float32(0.1)*s + np.float32(2)
# expect aa = k/2
# expect ab = s/np.float32(2)
# expect ac = np.float64(0.5)*np.float64(s)
# expect ad = X[0] < np.float32(1)
# expect ae = np.int32(12)
# tolerance 1e-6
input X: f32[m, m]
input k: i32[m]
input z: c64[m]
input t: bool[m]
input d: f64[m]
input s: f32
input g: f64
input i: i32
input j: i64
param rate: real = 0.1
a := 2*X + 0.5
b := X[0] + k
c := X[0] + d
e := k + ones(m, int)
f := k*2
h := X[0] + t
l := k + t
m1 := X*g
n1 := k*j
o := g + s
p := s + i
q := i + j
r := 2*s + 1
u := X*j
v := z*d
w := z*X[0]
x := z + k
y := rate*s + m
aa := k/2
ab := s/m
ac := cast(0.5, f64)*s
ad := X[0] < 1
ae := i + 3
