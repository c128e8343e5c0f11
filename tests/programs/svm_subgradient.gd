# A linear support-vector machine by subgradients of the hinge loss.
# input X = [[2.0, 2.0], [3.0, 2.5], [2.5, 3.0], [-2.0, -1.5], [-3.0, -2.0], [-2.0, -3.0]]
# input y = [1.0, 1.0, 1.0, -1.0, -1.0, -1.0]
# expect right = 1.0
input X: real[m, n]; input y: real[m]
w := zeros(n)
b := 0.0
for k in 1..200 {
    active := y*(X@w + b) < 1
    w := w - 0.1/k*(0.01*w - X.T@where(active, y, 0.0)/m)
    b := b + 0.1/k*sum(where(active, y, 0.0))/m
}
output right := mean(sign(X@w + b) == y)
