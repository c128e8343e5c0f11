# One step for Poisson regression, the derivative found by grad.
input X: real[m, n]
input y: real[m]
input w: real[n]
param a: real = 0.01
z := X@w
J := mean(exp(z) - y*z)
w := w - a*grad(J, w)
output w
