# Powers of a matrix, by squaring.
# input A = rng(1).standard_normal((3, 3))
# input x = [1.0, 2.0, 3.0]
# expect P = linalg.matrix_power(A, 10)
# expect one = np.eye(3)
# expect back = linalg.inv(A)
# count @ 5 on numpy
input A: real[n, n]; input x: real[n]
P := matrix_power(A, 10)
one := matrix_power(A, 0)
back := matrix_power(A, -1)
