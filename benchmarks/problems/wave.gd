# The wave equation on a square drum: now, and one step before.
input u: real[n, n]
input old: real[n, n]
param c: real = 0.25
param steps: int = 100
repeat steps {
    next := u
    next[1:-1, 1:-1] := 2*u[1:-1, 1:-1] - old[1:-1, 1:-1] + c*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:]
                                                               + u[1:-1, :-2] - 4*u[1:-1, 1:-1])
    old := u
    u := next
}
output u
