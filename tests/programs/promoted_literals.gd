# Ints meet reals: in arrays, in assignments to parts, in comparisons and in branches of a table.
# input k = [1, 2, 3]
# input x = [0.5, 2.0, 2.5]
# expect a = [1.5, 4.0, 5.5]
# expect b = [false, true, false]
# expect c = [1.0, 2.0, 9.0]
# expect d = [[1.0, 0.0], [0.0, 1.0]]
# expect e = 3.5
# expect f = [2.0, 2.0, 2.0]
# expect g = [1, 4, 9]
# expect h = [1.0, 4.0, 9.0]
input k: int[n]
input x: real[n]
a := k + x
b := k == x
c := k*1.0
c[2] := 9
d := [1.0 if i == j else 0 for i in 0..2, j in 0..2]
e := k[0] + x[2]
f := where(x > 100, x, 2)
g := k^2
h := k^2.0
