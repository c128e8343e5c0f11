# A string that is plucked: after one period it is back.
# expect err = 0.0
# tolerance 1e-2
n := 40
x := linspace(0, 1, n + 1)
u := sin(pi*x)
old := u
for k in 0..2*n {
    next := 2*u - old
    next[1:-1] += u[2:] - 2*u[1:-1] + u[:-2]
    if k == 0 { next[1:-1] := u[1:-1] + (u[2:] - 2*u[1:-1] + u[:-2])/2 }
    old := u
    u := next
}
output err := max(abs(u - sin(pi*x)))
