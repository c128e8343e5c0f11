# Several assigned at once: the right side sees the old values.
# expect a = 89
# expect b = 144
def next(a, b) { s := a + b; return b, s }
a := 0; b := 1
repeat 11 { (a, b) := next(a, b) }
