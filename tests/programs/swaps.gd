# Parallel assignment by functions of several results; names on both sides.
# expect a = 55
# expect b = 89
# expect q = 3
# expect r = 2
# expect s = 3
def step(a, b) { return b, a + b }
def divide(x, y) { q := x // y; return q, x - q*y }
a := 0
b := 1
repeat 10 { (a, b) := step(a, b) }
(q, r) := divide(17, 5)
(s, _) := divide(10, 3)
output a, b, q, r, s
