# A network with one hidden layer: back-propagation by hand is the compiler's derivative.
# input X = rng(1).standard_normal((5, 2))
# input y = rng(2).standard_normal(5)
# input W = rng(3).standard_normal((2, 3))
# input v = rng(4).standard_normal(3)
# expect dW = 0.0
# expect dv = 0.0
# tolerance 1e-9
input X: real[m, n]; input y: real[m]; input W: real[n, h]; input v: real[h]
H := tanh(X@W)
e := H@v - y
J := sum(e^2)/(2*m)
gv := H.T@e/m
gW := X.T@(outer(e, v)*(1 - H^2))/m
output dW := norm(gW - grad(J, W))
output dv := norm(gv - grad(J, v))
