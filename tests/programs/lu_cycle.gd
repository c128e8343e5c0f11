# Rows that change places in a circle, so that P is not its own inverse.
# input A = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
# expect P = A
# expect B = A
input A: real[n, n]
(P, L, U) := lu(A)
B := P@L@U
output P, B
