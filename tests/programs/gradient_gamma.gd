# Derivatives of gamma and its logarithm are the polygamma functions.
# input x = [1.0, 2.0, 0.5, -0.5]
# expect d = [-0.5772156649015329, 0.42278433509846713, -1.9635100260214235, 0.03648997397857651]
# expect g = [-0.5772156649015329, 0.42278433509846713, -3.480230906913262, -0.12935358979554]
# expect total = 2.0
input x: real[n]
d := grad(sum(lgamma(x)), x)
g := grad(sum(gamma(x)), x)
s := 2.0
total := grad(gamma(s + 1)*s/gamma(s + 1), s)*s
output d, g, total
