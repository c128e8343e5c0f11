# Products of another kind.
# input A = [[1.0, 2.0, 0.0], [-1.0, 0.5, 3.0]]
# input B = [[0.0, 1.0], [2.0, 3.0]]
# input u = [[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]
# expect K = kron(A, B)
# expect k = [3, 30, 4, 40]
# expect none = zeros((0, 2))
# expect c = [-3, 6, -3]
# expect C = cross(u, [[4.0, 5.0, 6.0], [0.0, 0.0, 2.0]])
# expect P = np.linalg.matrix_power(B, 5)
# expect I = eye(2)
# expect N = np.linalg.matrix_power(B, -3)
# expect F = [[89, 55], [55, 34]]
# expect E = np.linalg.matrix_power(B, -2)
# expect Z = [[1, 0], [0, 1]]
# expect G = [[8, 0], [0, 27]]
input A: real[size_a, size_b]; input B: real[size_n, size_n]; input u: real[size_m, 3]
param e: int = -2
K := kron(A, B); k := kron([3, 4], [1, 10]); none := kron(A[:0, :1], B)
c := cross([1, 2, 3], [4, 5, 6]); C := cross(u, [[4.0, 5.0, 6.0], [0.0, 0.0, 2.0]])
P := matrix_power(B, 5); I := matrix_power(B, 0); N := matrix_power(B, -3); F := matrix_power([[1, 1], [1, 0]], 10)
E := matrix_power(B, e); Z := matrix_power([[5, 1], [2, 3]], e + 2); G := matrix_power([[2, 0], [0, 3]], 1 - e)
