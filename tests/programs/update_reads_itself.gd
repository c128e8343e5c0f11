# In a loop too the right side and the places of an update are those of before it.
# input x = [0.5, 1.0, -0.5, 2.0, -1.5]
# input A = np.arange(25.0).reshape(5, 5)
# input k = [1, 2, 3, 4, 0]
# expect a = x[[2, 3, 4, 0, 1]]
# expect b = x + x[[4, 0, 1, 2, 3]]
# expect c = [0.5, 1.0 + x.sum(), -0.5, 2.0, -1.5]
# expect d = A[[2, 3, 4, 0, 1]] + 0
# expect e = [1, 2, 3, 4, 5]
# expect f = [3, 4, 0, 1, 2]
# expect g = 2*np.array(x)
# exact
input x: real[5]
input A: real[5, 5]
input k: int[5]
back := [4, 0, 1, 2, 3]
a := x; b := x; c := x; d := A; e := [2, 0, 4, 1, 3]; f := k; g := x
repeat 2 { a[back] := a }
repeat 1 { b[k] += b }
repeat 1 { c[[1, 1, 1, 1, 1]] += c }
repeat 2 { d[back, :] := d }
repeat 1 { e[e] := e + 1 }
for i in 0..1 { f[back] := f; f[:] := f[[1, 2, 3, 4, 0]] }
repeat 1 { g[:] += g }
output a, b, c, d, e, f, g
