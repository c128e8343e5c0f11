# Without output, a name that was never reached is left out.
# input n = 0
# expect y = 1
# expect only y
input n: int
y := 1
repeat n { z := y + 1 }
