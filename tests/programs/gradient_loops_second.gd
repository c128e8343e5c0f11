# Second derivatives through loops, and a grad in a loop of what a loop computes.
# input x = 1.2
# input v = [0.5, -0.25, 1.0]
# tolerance 1e-7
# expect first = 24.999999999999996
# expect w = [0.4788736946542967, -0.24979547885901907, 0.8917002478593421]
input x: real
input v: real[n]
s := x
repeat 4 { s := s*x + x }
first := grad(s, x)
w := v
repeat 3 {
    e := 0.0
    for i in 0..n { e += w[i]^4 + e*w[i] }
    w := w - 0.01*grad(e, w)
}
output first, w
