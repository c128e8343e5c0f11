# pad adds entries at both ends; split cuts into equal parts.
# input x = [1, 2, 3, 4, 5, 6]
# input A = [[1.0, 2.0], [3.0, 4.0]]
# expect p = [0, 1, 2, 3, 4, 5, 6, 0, 0]
# expect B = np.pad(A, 1)
# expect C = np.pad(A, ((0, 0), (2, 1)), constant_values=-1.5)
# expect same = x
# expect e = [9, 9]
# expect a = [1, 2, 3]
# expect b = [4, 5, 6]
# expect u = [[1.0], [3.0]]
# expect v = [[2.0], [4.0]]
# expect whole = x
# expect parts = [2, 4, 6]
input x: int[size_n]; input A: real[size_m, size_m]
p := pad(x, 1, 2); B := pad(A, 1, 1); C := pad(A, 2, 1, axis=1, value=-1.5); same := pad(x, 0, 0); e := pad(x[:0], 2, 0, value=9)
(a, b) := split(x, 2); (u, v) := split(A, 2, axis=1); whole := split(x, 1)
(q, r, s) := split(x, 3)
parts := [q[1], r[1], s[1]]
