# input A = [[1, 1], [1, 0]]
# input k = -1
# error value 5: int matrix to a negative power
input A: int[n, n]; input k: int
P := matrix_power(A, k)
