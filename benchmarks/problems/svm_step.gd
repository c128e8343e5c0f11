# One step for a linear support vector machine: the hinge loss with a ridge, the derivative found by grad.
input X: real[m, n]
input y: real[m]
input w: real[n]
input b: real
param ridge: real = 0.01
param a: real = 0.1
J := ridge/2*sum(w^2) + mean(maximum(0, 1 - y*(X@w + b)))
(dw, db) := grad(J, w, b)
w := w - a*dw
b := b - a*db
output w, b
