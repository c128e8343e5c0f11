# One step for a network of two layers that classifies, the derivatives found by grad.
input X: real[m, n]
input Y: real[m, k]
input W: real[n, h]
input b: real[h]
input V: real[h, k]
input c: real[k]
param a: real = 0.1
H := relu(X@W + b)
J := -sum(Y*log_softmax(H@V + c))/m
(dW, db, dV, dc) := grad(J, W, b, V, c)
W := W - a*dW
b := b - a*db
V := V - a*dV
c := c - a*dc
output W, b, V, c
