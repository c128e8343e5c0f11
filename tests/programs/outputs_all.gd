# Without output every name that the program assigns, in order; loop variables and inputs are not among them.
# input x = 2.0
# expect only a, b, x
# expect x = 3.0
# expect a = 4.0
# expect b = 1
input x: real
a := 2*x
for i in 0..2 { b := i }
x := 3.0
