# An f32 is rounded after every operation: these bits are NumPy's own.
# input x = np.array([0.1, 3e37, -2.5, 1e-40, 16777217.0], dtype=float32)
# input y = np.float32(0.1)
# expect a = x*x*x/x
# expect b = y*y*y/y
# expect c = (x + np.float32(0.1))*np.float32(3)
# expect d = x == np.float32(0.1)
# expect e = np.sqrt(np.abs(x))
# expect f = np.array([0.1, 3e37, -2.5, 1e-40, 16777217.0], dtype=float32)/np.float32(3)
# expect g = np.floor(x) + np.round(x)
# expect h = np.float32(inf)
# expect i = np.maximum(x, np.float32(0.1))
# expect j = np.array([16777216.0, 1.0], dtype=float32)
# expect k = x % np.float32(0.3)
# expect l = [true, true]
# exact
input x: f32[n]
input y: f32
a := x*x*x/x
b := y*y*y/y
c := (x + 0.1)*3
d := x == 0.1
e := sqrt(abs(x))
f := x/3
g := floor(x) + round(x)
h := y*1e30*1e30
i := maximum(x, 0.1)
j := cast([16777217, 1], f32)
k := x % 0.3
l := [min(x) == -2.5, max(x) == 3e37]
