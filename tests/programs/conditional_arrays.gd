# With an array condition both sides are values, with a scalar one only one is evaluated; the result is promoted.
# input x = [-2.0, 0.0, 3.0]
# expect y = [2.0, 0.0, 3.0]
# expect z = [0.0, 0.0, 1.0]
# expect w = [[-2.0, 0.0, 3.0], [0.0, 0.0, 0.0]]
# expect s = 1.0
input x: real[n]
param yes: bool = true
y := -x if x < 0 else x
z := 1 if x > 0 else 0.0
w := x[new, :] if [[true], [false]] else 0
s := 1 if yes else 2.5
