# One step for logistic regression, the derivative found by grad.
input X: real[m, n]
input y: real[m]
input w: real[n]
input b: real
param a: real = 0.1
p := sigmoid(X@w + b)
J := -mean(y*log(p) + (1 - y)*log(1 - p))
(dw, db) := grad(J, w, b)
w := w - a*dw
b := b - a*db
output w, b
