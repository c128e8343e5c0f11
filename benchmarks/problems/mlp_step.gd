# One step for a network with one hidden layer, the derivatives found by grad.
input X: real[m, n]
input y: real[m]
input W: real[n, h]
input b: real[h]
input v: real[h]
input c: real
param a: real = 0.1
p := tanh(X@W + b)@v + c
J := mean((p - y)^2)/2
(dW, db, dv, dc) := grad(J, W, b, v, c)
W := W - a*dW
b := b - a*db
v := v - a*dv
c := c - a*dc
output W, b, v, c
