# Gradient descent for linear regression, all of it.
input X: real[m, n]
input y: real[m]
param a: real = 0.01
param steps: int = 1000
w := zeros(n)
b := 0.0
repeat steps {
    e := X@w + b - y
    w := w - a*(1/m)*X.T@e
    b := b - a*(1/m)*sum(e)
}
output w, b
