# A derivative that is wrong is told apart, with what is wrong about it.
# input X = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.25]]
# input y = [1.0, 0.5, -0.5]
# input w = [0.5, -1.5]
# error assert 12: it is 2 times the derivative: multiply by 1/2
input X: real[m, n]
input y: real[m]
input w: real[n]
e := X@w - y
J := sum(e^2)/(2*m)
dw := 2/m*X.T@e
assert_grad(J, w, dw)
output dw
