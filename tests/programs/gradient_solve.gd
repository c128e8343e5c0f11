# Derivatives through solve, inv, det and cholesky.
# input A = [[3.0, 1.0], [0.5, 2.0]]
# input b = [1.0, 2.0]
# tolerance 1e-6
# expect gb = np.linalg.solve(np.array(A).T, [1.0, 1.0])
# expect gA = -np.outer(np.linalg.solve(np.array(A).T, [1.0, 1.0]), np.linalg.solve(A, b))
# expect gd = np.linalg.det(A)*np.linalg.inv(A).T
input A: real[n, n]
input b: real[n]
J := sum(solve(A, b))
(gA, gb) := grad(J, A, b)
gd := grad(det(A), A)
gi := grad(sum(inv(A)), A)
S := A@A.T
gc := grad(sum(cholesky(A@A.T)), A)
output gA, gb, gd, gi, gc
