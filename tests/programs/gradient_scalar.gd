# Derivatives of and by scalars, and of formulas given to grad directly.
# input x = 2.0
# input a = 3.0
# tolerance 1e-7
# expect d = 12.0
# expect e = 8.0
# expect f = 1.5
# expect h = 24.0
input x, a: real
y := x^3
d := grad(y, x)
e := grad(a*x^2 + y/x - x^2, a) + 4
f := grad(log(x)*a, x)
z := 2*x
h := grad(z*y, x) - 40
output d, e, f, h
