# Ints of 32 bits wrap after every operation, also where a target's own ints are longer.
# input k = np.array([2147483647, 50000, -70000, -2147483648], dtype=int32)
# input s = np.int32(46341)
# expect a = k*k
# expect b = (k*k) > 0
# expect c = (k + np.int32(1))//np.int32(2)
# expect d = -k
# expect e = k.astype(int64).sum()
# expect f = np.int32(-2147479014)
# expect g = k**3
# expect h = np.abs(k)
# expect l = np.left_shift(k, np.int32(3))
# expect q = [2147483647, -2147483648]
# expect r = [0, 3]
# expect u = np.array([-2147483648, 50001, -69999, -2147483647], dtype=int32)
# expect v = np.array([-2147483648, 50001, -69999, -2147483647], dtype=int32)
# expect w = np.array([-1294967296, 5], dtype=int32)
# expect x = np.int32(11260984)
# expect y = k.astype(int64).prod()
input k: i32[n]
input s: i32
a := k*k
b := k*k > 0
c := (k + 1)//2
d := -k
e := sum(k)
f := s*s + 1
g := k^3
h := abs(k)
l := shl(k, 3)
q := [cast(max(k), int), cast(min(k), int)]
r := [argmax(k), argmin(k)]
u := zeros(n, i32)
for i in 0..n { u[i] := k[i] + 1 }
v := [k[i] + 1 for i]
w := cast([3000000000, 5], i32)
x := s
repeat 5 { x := x*3 + 1 }
y := prod(k)
