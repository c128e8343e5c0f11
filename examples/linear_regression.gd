# Linear regression by gradient descent, the formulas as a textbook prints them.
# Ten measurements of 442 diabetes patients foretell how far the disease has progressed a year later.
# `record` keeps J, the cost, of every step: it must fall. r2 is the share of the variance that is explained.
# Try `--set a=0.6`: past a = 0.5 (2 over the largest eigenvalue of Z.T@Z/m) the steps overshoot and J grows.
input X: real[m, n] finite from "data/diabetes.csv"["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
input y: real[m] finite from "data/diabetes.csv"["progression"]
param a: real = 0.3             # learning rate
param steps: int = 1000

Z := (X - mean(X, axis=0))/std(X, axis=0)   # every feature: mean 0, deviation 1
w := zeros(n)
b := 0.0
repeat steps {
    e := Z@w + b - y
    w := w - a*(1/m)*Z.T@e
    b := b - a*(1/m)*sum(e)
    record J := (1/(2*m))*sum(e^2)
}
output w, b, r2 := r2(Z@w + b, y)
