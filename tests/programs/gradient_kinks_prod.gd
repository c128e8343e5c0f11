# The product's derivative where entries are 0.
# input x = [0.0, 2.0, 3.0]
# input y = [0.0, 0.0, 3.0]
# tolerance 1e-7
# expect p = [6.0, 0.0, 0.0]
# expect q = [0.0, 0.0, 0.0]
input x, y: real[n]
p := grad(prod(x), x)
q := grad(prod(y), y)
output p, q
