# Factorisations of complex matrices. Of a Hermitian one the lower triangle is read, and the real part of the diagonal.
# input M = [[2 + 1j, 1 - 1j, 0.5j], [1, 3 - 2j, 1 + 1j], [0.25j, -1, 2]]
# input H = [[4 + 9j, 7, 7], [1 + 1j, 5, 7], [-0.5j, 1, 3]]
# input b = [1 + 1j, 2, -1j]
# expect L = [linalg.cholesky(H).real, linalg.cholesky(H).imag]
# expect V = [linalg.inv(M).real, linalg.inv(M).imag]
# expect d = [linalg.det(M).real, linalg.det(M).imag]
# expect x = [linalg.solve(M, b).real, linalg.solve(M, b).imag]
# expect r = [linalg.solve(M, real(b)).real, linalg.solve(M, real(b)).imag]
# expect twice = 2*real(b)
# expect mirrored = -imag(b)
input M, H: complex[n, n]
input b: complex[n]
def parts(z) = stack(real(z), imag(z))
L := parts(cholesky(H))
V := parts(inv(M))
d := parts(det(M))
x := parts(solve(M, b))
r := parts(solve(M, real(b)))
twice := 2*conj(real(real(b)))
mirrored := imag(conj(b))
