# Strided, Fortran-ordered, read-only, big-endian and narrow inputs are served, and never changed.
# input A = fortran(arange(12.0).reshape(3, 4))
# input B = strided(arange(12.0).reshape(3, 4))
# input C = read_only(arange(12.0).reshape(3, 4))
# input D = big_endian(arange(12.0).reshape(3, 4))
# input e = np.arange(4, dtype=uint8)
# input f = np.arange(3, dtype=float32)[::-1]
# input g = arange(12.0).reshape(4, 3).T[::-1, ::-1]
# expect S = A + B + C + D
# expect P = A.T @ B
# expect k = [0, 2, 4, 6]
# expect h = [2.5, 1.5, 0.5]
# expect C = [[-1.0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
# expect r = 2*g
# expect e2 = np.arange(4)
input A, B, C, D, g: real[m, n]
input e: int[n]
input f: real[m]
S := A + B + C + D
P := A.T@B
k := e + e
h := f + 0.5
C[0, 0] := -1
r := g + g
e2 := e
