# Solving with one triangle of a matrix, whatever stands in the other.
# input A = [[2.0, 7.0, -1.0], [1.0, 4.0, 5.0], [3.0, -2.0, 0.5]]
# input b = [1.0, 2.0, 3.0]
# input B = [[1.0, 0.0], [2.0, 1.0], [3.0, -1.0]]
# input Z = [[2.0 + 1j, 9.0], [1j, 1.0 - 1j]]
# expect x = np.linalg.solve(np.tril(A), b)
# expect y = np.linalg.solve(np.triu(A), b)
# expect X = np.linalg.solve(np.tril(A), B)
# expect z = np.linalg.solve(np.tril(Z), b[:2])
# expect w = np.linalg.solve(A, b)
# expect g = np.linalg.inv(np.tril(A)).T @ np.ones(3)
# expect G = -np.tril(np.outer(np.linalg.inv(np.tril(A)).T @ np.ones(3), np.linalg.solve(np.tril(A), b)))
# expect U = np.linalg.solve(np.triu(A).T, B)
# count solved_triangle(A, b, 2 on numpy
# count np.linalg.solve( 1 on numpy
# count solved_lower_d( 3 on parallel
input A: real[n, n]; input b: real[n]; input B: real[n, k]; input Z: complex[m, m]
x := solve(A, b, lower=true)
y := solve(A, b, upper=true)
X := solve(A, B, lower=true)
z := solve(Z, b[:2], lower=true)
w := solve(A, b, lower=false)
J := sum(x)
g := grad(J, b)
G := grad(J, A)
U := solve(A.T, B, lower=true)
output x, y, X, z, w, g, G, U
