# A vector meets matrices and arrays of rank 3 along the last axis.
# input v = [1.0, 2.0, 3.0]
# input w = [1.0, 10.0, 100.0, 1000.0]
# input A = arange(6.0).reshape(2, 3)
# input T = arange(24.0).reshape(2, 3, 4)
# expect a = A + v
# expect b = v*A
# expect c = T*w
# expect d = w - T
# expect e = v*v
input v: real[n]; input w: real[k]; input A: real[m, n]; input T: real[m, n, k]
a := A + v
b := v*A
c := T*w
d := w - T
e := v*v
