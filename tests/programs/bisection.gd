# A root by bisection, in a function with a loop that is left early.
# expect x = 2**(1/3)
# expect rounds = 50
# tolerance 1e-12
def f(x) = x^3 - 2
def root(lo, hi) {
    k := 0
    x := lo
    while true {
        x := (lo + hi)/2
        stop if hi - lo < 1e-15 or k > 51
        if f(x) > 0 { hi := x } else { lo := x }
        k += 1
    }
    return x, k
}
(x, rounds) := root(1.0, 2.0)
output x, rounds
