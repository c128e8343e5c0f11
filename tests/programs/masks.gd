# Masks on the left, on the right under the same mask, and inside reductions.
# input x = [-2.0, 3.0, -1.0, 4.0]
# input A = [[1.0, -1.0], [-2.0, 2.0], [0.0, 5.0]]
# expect a = [0.0, 3.0, 0.0, 4.0]
# expect b = [4.0, 3.0, 1.0, 4.0]
# expect c = [-1.0, 3.0, 0.0, 4.0]
# expect B = [[0.0, 0.0], [-2.0, 2.0], [0.0, 5.0]]
# expect s = 7.0
# expect m = 3.5
# expect lo = 3.0
# expect hi = 4.0
# expect e = 0.0
# expect p = 12.0
# expect n = 5.0
# expect R = [[9.0, 9.0], [-2.0, 2.0], [9.0, 9.0]]
# expect k = 2
input x: real[d]
input A: real[u, v]
a := x
a[a < 0] := 0
b := x
neg := x < 0
b[neg] := b[neg]^2
c := x
c[x < 0] += 1
B := A
B[abs(A) < 2] := 0
s := sum(x[x > 0])
m := mean(x[x > 0])
lo := min(x[x > 0])
hi := max(x[x > 0])
e := sum(x[x > 100])
p := prod(x[x > 0])
n := norm(x[x > 0])
R := A
R[[true, false, true]] := 9
k := sum((x > 0)[x > 0])
output a, b, c, B, s, m, lo, hi, e, p, n, R, k
