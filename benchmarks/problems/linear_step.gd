# One step of gradient descent for linear regression.
input X: real[m, n]
input y: real[m]
input w: real[n]
input b: real
param a: real = 0.01
w := w - a*(1/m)*X.T@(X@w + b - y)
output w
