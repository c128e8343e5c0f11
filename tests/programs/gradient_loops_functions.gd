# Derivatives through functions with loops, and loops with functions.
# input x = 0.75
# input c = [1.0, -2.0, 0.5, 3.0]
# tolerance 1e-7
# expect dc = [2.25439453125, 3.005859375, 4.0078125, 5.34375]
# expect dx = -4.341796875
# expect nc = [0.04356245951937719, 0.0654456289677783, 0.11032373208754874, 0.2500869127762909]
# expect nx = 0.8800854149412852
input x: real
input c: real[n]
def polynomial(c, x) {
    r := 0.0
    for a in c { r := r*x + a }
    return r
}
def newton(c, x) {
    z := x
    repeat 3 { z := z - polynomial(c, z)/(1 + polynomial(c, z)^2) }
    return z
}
(dc, dx) := grad(polynomial(c, x)^2, c, x)
(nc, nx) := grad(newton(c, x), c, x)
output dc, dx, nc, nx
