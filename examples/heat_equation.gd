# A square plate cools: the heat equation ∂u/∂t = ∂²u/∂x² + ∂²u/∂y², its edges held at 0.
# Slices are the stencil: each inner point moves towards the mean of its four neighbours. All of the right side
# is read before any of u changes, and still the compiler works in place (`gdc explain`, pass `place`).
# Started as one arch of a sine, u only shrinks, by exp(-2π²t): `error` is the distance from that exact answer.
param n: int = 51               # points along an edge
param steps: int = 500
param r: real = 0.2             # Δt/h²; above 1/4 the scheme explodes

x := linspace(0, 1, n)
h := 1/(n - 1)
start := outer(sin(π*x), sin(π*x))
u := start
repeat steps {
    u[1:-1, 1:-1] += r*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4*u[1:-1, 1:-1])
    record hottest := max(u)
}
t := steps*r*h^2
output u, t, error := max(abs(u - exp(-2*π^2*t)*start))
