# Chained comparisons, nan, arrays and scalars.
# input x = [-1.0, 0.0, 0.5, 1.0, nan]
# expect inside = [false, false, true, true, false]
# expect different = [true, true, true, true, true]
# expect equal = [true, true, true, true, false]
# expect chain = true
# expect mixed = [true, false, false, false, false]
input x: real[n]
inside := 0 < x <= 1
different := x != 2
equal := x == x
chain := 1 < 2 < 3 <= 3 != 4
mixed := x < 0 or (x > 5 and not (x == 7))
