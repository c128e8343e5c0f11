# A sum of matrices that no round changes is formed once, before the loop: there it is cheaper formed.
# input A = rng(1).standard_normal((4, 4))/4
# input H = rng(2).standard_normal((3, 4))/4
# input x = [1.0, 2.0, 3.0, 4.0]
# expect y = linalg.matrix_power(A - H.T @ H, 6) @ x
# count H.T @ H 1 on numpy
input A: real[n, n]; input H: real[m, n]; input x: real[n]
y := x
repeat 6 { y := (A - H.T@H)@y }
output y
