# One step for a regression that outliers do not pull far: Huber's loss, the derivative found by grad.
input X: real[m, n]
input y: real[m]
input w: real[n]
input b: real
param d: real = 1.0
param a: real = 0.1
r := X@w + b - y
J := mean(where(abs(r) <= d, 0.5*r^2, d*(abs(r) - 0.5*d)))
(dw, db) := grad(J, w, b)
w := w - a*dw
b := b - a*db
output w, b
