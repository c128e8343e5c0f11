# A scalar condition over two shapes: the result has the shape of both together.
# input x = [1.0, 2.0, 3.0]
# expect t = [5.0, 5.0, 5.0]
# expect u = [1.0, 2.0, 3.0]
input x: real[n]
param yes: bool = true
t := 5 if yes else x
u := 5 if not yes else x
output t, u
