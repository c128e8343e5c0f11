# Derivatives are taken of reals, through reals.
# input w = [0.5, 2.0]
# error type 5: grad through complex numbers, cos(t)
input w: real[n]
J := sum(abs(exp(2i*w))^2)
g := grad(J, w)
