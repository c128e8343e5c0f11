# A rank-2 update of a matrix, followed by products with it (gemver).
input A: real[n, n]
input u, v, s, t, y, z: real[n]
param alpha: real = 1.5
param beta: real = 1.2
B := A + outer(u, v) + outer(s, t)
x := beta*B.T@y + z
output x, w := alpha*B@x
