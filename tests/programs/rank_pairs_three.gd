# Arrays of rank 3 with axes of size 1 at every place.
# input T = arange(24.0).reshape(2, 3, 4)
# input P = [[[1.0]], [[2.0]]]
# input Q = [[[1.0], [2.0], [3.0]]]
# input S = [[[1.0, 2.0, 3.0, 4.0]]]
# expect a = T + P
# expect b = T*Q
# expect c = T - S
# expect d = P + Q + S
# expect e = maximum(P*Q, S)
input T: real[m, n, k]; input P: real[m, 1, 1]; input Q: real[1, n, 1]; input S: real[1, 1, k]
a := T + P
b := T*Q
c := T - S
d := P + Q + S
e := maximum(P*Q, S)
