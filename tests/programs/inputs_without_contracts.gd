# Inputs without a contract: each has sizes of its own, also beside inputs that have one.
# input x = [1.0, 2.0]
# input y = [3.0, 4.0, 5.0]
# input A = [[1, 2, 3], [4, 5, 6]]
# input c = [[0.5], [1.5]]
# input k = [7, 8]
# expect a = [3.0, 12.0]
# expect b = A @ y
# expect d = np.array(A) + c
# expect e = np.array([8.0, 10.0])
input x
input y
input A, c
input k: int[n]
a := [sum(x), sum(y)]
b := A@y
d := A + c
e := x + k
output a, b, d, e
