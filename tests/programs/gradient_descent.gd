# Training by grad: J carried over does not depend on the new w.
# input X = rng(13).standard_normal((20, 3))
# expect w = [1.0, -2.0, 0.5]
# expect b = 4.0
# tolerance 1e-6
input X: real[m, n]
y := X@[1.0, -2.0, 0.5] + 4
w := zeros(n)
b := 0.0
repeat 400 {
    J := mean((X@w + b - y)^2)
    (dw, db) := grad(J, w, b)
    w -= 0.2*dw
    b -= 0.2*db
}
output w, b
