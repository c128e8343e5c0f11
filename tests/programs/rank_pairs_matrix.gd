# A matrix meets arrays of rank 3; an axis of size 1 by contract stretches.
# input A = arange(12.0).reshape(3, 4)
# input C = [[1.0], [2.0], [3.0]]
# input R = [[1.0, 2.0, 3.0, 4.0]]
# input T = arange(24.0).reshape(2, 3, 4)
# expect a = T + A
# expect b = T*C
# expect c = T - R
# expect d = A + C
# expect e = A*R
# expect f = C + R
input A: real[n, k]; input C: real[n, 1]; input R: real[1, k]; input T: real[m, n, k]
a := T + A
b := T*C
c := T - R
d := A + C
e := A*R
f := C + R
