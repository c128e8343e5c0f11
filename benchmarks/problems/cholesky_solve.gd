# A system with a positive definite matrix, by its Cholesky factor.
input A: real[n, n]
input b: real[n]
L := cholesky(A)
output x := solve(L.T, solve(L, b, lower=true), upper=true)
