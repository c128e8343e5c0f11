# One-line and block functions, defaults, named arguments, use above the definition, several results.
# input v = [3.0, 4.0]
# expect a = 5.0
# expect b = [6.0, 8.0]
# expect c = [1.5, 2.0]
# expect d = 12.0
# expect e = 2.0
# expect f = [9.0, 16.0]
# expect lo = 3.0
# expect hi = 4.0
# expect n2 = 2
input v: real[n]
a := length(v)
b := scaled(v)
c := scaled(v, by = 0.5)
d := nested(v, 2)
e := mix(y = 1.0, x = 4.0)
f := square(v)
(lo, hi) := extent(v)
n2 := count()
def length(x) = sqrt(sum(x^2))
def scaled(x, by = 2) = by*x
def square(x) { y := x; for i in 0..size(x) { y[i] := x[i]*x[i] }; return y }
def nested(x, k) { s := 0.0; repeat k { s += inner(x) }; return s }
def inner(x) = sum(x) - 1
def mix(x, y, z = 2) = x - y*z
def extent(x) { return min(x), max(x) }
def count() = n
output a, b, c, d, e, f, lo, hi, n2
