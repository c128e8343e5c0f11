# One step for softmax regression, the derivative found by grad. Y has a 1 at each example's class.
input X: real[m, n]
input Y: real[m, k]
input W: real[n, k]
input b: real[k]
param a: real = 0.1
J := -sum(Y*log_softmax(X@W + b))/m
(dW, db) := grad(J, W, b)
W := W - a*dW
b := b - a*db
output W, b
