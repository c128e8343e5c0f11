# Steps of ridge regression with momentum.
input X: real[m, n]
input y: real[m]
param ridge: real = 0.1
param a: real = 0.01
param momentum: real = 0.9
param steps: int = 10
w := zeros(n)
v := zeros(n)
repeat steps {
    v := momentum*v - a*((1/m)*X.T@(X@w - y) + ridge*w)
    w := w + v
}
output w
