# x² x³ √x Xᵀ are x^2, x^3, sqrt(x), X.T.
# input x = [1.0, 4.0, 9.0]
# input A = [[1.0, 2.0], [3.0, 4.0]]
# expect a = x**2
# expect b = x**3 + sqrt(x)
# expect c = A.T
# expect d = sqrt(x**2)
# expect e = -x**2
# expect f = x**(2**2)
input x: real[n]; input A: real[m, m]
a := x²
b := x³ + √x
c := Aᵀ
d := √x^2
e := -x²
f := x^2²
