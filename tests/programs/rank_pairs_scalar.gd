# A scalar meets every rank.
# input A = arange(6.0).reshape(2, 3)
# input T = arange(24.0).reshape(2, 3, 4)
# expect a = 3.5
# expect b = 2 + arange(3.0)
# expect c = A*2 - 1
# expect d = T/2
# expect e = 2 - T
input A: real[m, n]; input T: real[m, n, k]
a := 1.5 + 2
b := 2 + arange(n)*1.0
c := A*2 - 1
d := T/2
e := 2 - T
