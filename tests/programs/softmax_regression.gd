# Softmax regression by gradient descent: three classes that lie apart.
# input X = [[0.0, 0.1], [0.2, 0.0], [3.0, 0.1], [3.1, 0.0], [0.0, 3.0], [0.1, 3.2]]
# input c = [0, 0, 1, 1, 2, 2]
# expect right = 1.0
input X: real[m, n]; input c: int[m]
W := zeros(n, 3)
b := zeros(3)
Y := one_hot(c, 3)
repeat 300 {
    P := softmax(X@W + b)
    W := W - 0.5/m*X.T@(P - Y)
    b := b - 0.5/m*sum(P - Y, axis=0)
}
output right := mean(argmax(X@W + b, axis=1) == c)
