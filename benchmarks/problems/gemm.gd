# A product of matrices with its scalars, as BLAS has it.
input A: real[m, k]
input B: real[k, n]
input C: real[m, n]
param alpha: real = 1.5
param beta: real = 1.2
output D := alpha*A@B + beta*C
