# input H = [[4, 1 - 1j], [1 + 1j, 0.25]]
# error value 4: H is not positive definite
input H: complex[n, n]
L := cholesky(H)
