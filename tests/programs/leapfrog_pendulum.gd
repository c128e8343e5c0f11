# A pendulum by the leapfrog method: its energy is nearly kept.
# expect drift = 0.0
# tolerance 1e-3
q := 1.0
p := 0.0
h := 0.01
start := p^2/2 - cos(q)
repeat 500 {
    p := p - h/2*sin(q)
    q := q + h*p
    p := p - h/2*sin(q)
}
output drift := p^2/2 - cos(q) - start
