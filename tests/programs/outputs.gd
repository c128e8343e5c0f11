# output names, formulas, at any number of places; final values, in order.
# input x = 2.0
# expect only b, a, c
# expect a = 3.0
# expect b = 10.0
# expect c = 13.0
input x: real
a := x + 1
output b := 4*x
b += 2
output a, c := a + b
