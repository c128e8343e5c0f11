# error value 3: positive definite
A := [[1.0, 2.0], [2.0, 1.0]]
L := cholesky(A)
