# Newton's method for x^3 = 2, with the derivative that the compiler takes.
# expect x = cbrt(2.0)
# expect steps = 6
# tolerance 1e-6
x := 1.0
steps := 0
repeat 6 {
    f := x^3 - 2
    x := x - f/grad(f, x)
    steps += 1
}
output x, steps
