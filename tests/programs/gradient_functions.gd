# Derivatives through functions, the prelude, assignments to parts and reassigned names.
# input w = [0.5, -0.25]
# input X = rng(12).standard_normal((5, 2))
# input y = [1.0, 0.0, 1.0, 1.0, 0.0]
# tolerance 1e-7
# expect g = X.T @ (1/(1 + np.exp(-X @ w)) - y)/5
# expect a = [1.0, 2*-0.25]
# expect b = [2*0.5, 0.0]
# expect c = 2*np.array(w)
# expect d = -2*np.array(w)
# expect s = [0.0, 0.0]
input w: real[n]
input X: real[m, n]
input y: real[m]
def loss(p, y) = -mean(y*log(p) + (1 - y)*log(1 - p))
g := grad(loss(sigmoid(X@w), y), w)
v := w
v[0] := 1
v[1] := w[0] + w[1]^2
a := grad(v[1], w)
u := w^2
u[1] := 0
b := grad(sum(u), w)
def slope(z) { L := sum(z^2); return grad(L, z) }
c := slope(w)
t := w
t := -t^2
d := grad(sum(t), w)
s := grad(sum(softmax(w)), w)
output g, a, b, c, d, s
