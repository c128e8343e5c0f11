# The heat equation's step: the right side sees the old field.
# input u = arange(25.0).reshape(5, 5)**2
# expect v = u[1:-1, 1:-1] + 0.1*(u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4*u[1:-1, 1:-1])
# expect w = u[1:-1, 1:-1] + 0.1*(u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4*u[1:-1, 1:-1])
input u: real[h, k]
a := u
a[1:-1, 1:-1] += 0.1*(a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4*a[1:-1, 1:-1])
v := a[1:-1, 1:-1]
b := u
for i in 1..h - 1, j in 1..k - 1 {
    b[i, j] := u[i, j] + 0.1*(u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4*u[i, j])
}
w := b[1:-1, 1:-1]
output v, w
