# A derivative written by hand passes where it is one: by a formula, through a loop, at a flat place, of no entries.
# input X = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.25]]
# input y = [1.0, 0.5, -0.5]
# input w = [0.5, -1.5]
# input z = zeros(0)
# expect J = 2.5130208333333335
# expect s = 0.25
# tolerance 1e-12
input X: real[m, n]
input y: real[m]
input w: real[n]
input z: real[k]
e := X@w - y
J := sum(e^2)/(2*m)
assert_grad(J, w, 1/m*X.T@e)
s := 1.0
repeat 2 { s := s*w[0] }
assert_grad(s, w, [2*w[0], 0])
flat := sum(0*w)
assert_grad(flat, w, zeros(n))
none := sum(z^2)
assert_grad(none, z, 2*z)
output J, s
