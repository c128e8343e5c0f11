# Every operator of numbers with `=`.
# input x = [3.0, -2.0]
# input A = [[1.0, 2.0], [3.0, 4.0]]
# expect a = 3
# expect b = 1
# expect c = 8.0
# expect v = [2.0, -3.0]
# expect M = A @ A
# expect r = 0.5
# expect d = x @ x
input x: real[n]; input A: real[n, n]
a := 7; a -= 1; a *= 3; a //= 5
b := 10; b %= 3
c := 2.0; c ^= 2; c **= 1.5
v := x - 1
M := A; M @= A
r := 2.0; r /= 4
d := x; d ·= x
output a, b, c, v, M, r, d
