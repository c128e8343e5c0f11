# Two products with one matrix, from the left and from the right (the kernel of BiCG).
input A: real[m, n]
input p: real[n]
input r: real[m]
output s := r@A, q := A@p
