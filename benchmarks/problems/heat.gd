# The heat equation on a square plate, five points at a time.
input u: real[n, n]
param r: real = 0.2
param steps: int = 100
repeat steps {
    u[1:-1, 1:-1] += r*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4*u[1:-1, 1:-1])
}
output u
