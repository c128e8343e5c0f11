# Simpson's rule for the integral of sin over half a period.
# expect area = 2.0
# expect exact = 0.25
# tolerance 1e-5
def simpson(f, h) = h/3*(f[0] + 4*sum(f[1:-1:2]) + 2*sum(f[2:-2:2]) + f[-1])
x := linspace(0, pi, 41)
t := linspace(0, 1, 5)
output area := simpson(sin(x), pi/40)
output exact := simpson(t^3, 0.25)
