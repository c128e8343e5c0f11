# `finite` refuses nan and inf on entry.
# input x = [1.0, nan]
# error data 4: x[1] is nan
input x: real[n] finite
y := 2*x
