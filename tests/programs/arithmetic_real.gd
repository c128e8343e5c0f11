# Reals: // and % floor, division by zero is inf or nan, precedence of minus and power.
# input x = [7.5, -7.5, 0.0, 1.0]
# expect q = [3.0, -4.0, 0.0, 0.0]
# expect r = [1.5, 0.5, 0.0, 1.0]
# expect z = [inf, -inf, nan, inf]
# expect p = [-56.25, -56.25, 0.0, -1.0]
# expect h = 0.5
# expect t = 512
# expect s = [sqrt(7.5)**2, nan, 0.0, 1.0]
# expect m = -4
# expect n = -6
input x: real[k]
q := x // 2
r := x % 2
z := x/0
p := -x^2
h := 2^-1.0
t := 2^3^2
s := √x^1*√x
m := -2**2
n := 2*-3
