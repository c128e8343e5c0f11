# Complex constants whose parts are inf, nan or a zero below zero.
# exact
# expect a = [0.0, inf]
# expect b = [inf, 1.0]
# expect c = [1.0, -0.0]
# expect d = [-0.0, -inf]
# expect e = [[0.0, 2.0], [inf, 0.0]]
# expect f = [[0.0, 0.0], [inf, inf]]
# expect g = True
def parts(z) = stack(real(z), imag(z))
a := parts(1e400i)
b := parts(inf + 1i)
c := parts(conj(1 + 0i))
d := parts(-1e400i)
e := parts([1e400i, 2])
f := parts(full(1e400i, 2))
g := isnan(sum(full(1e400i^2, 3)))
