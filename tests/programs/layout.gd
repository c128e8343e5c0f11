# Line breaks after operators and in brackets, semicolons, comments, trailing commas, else on its own line.
# input x = 1.0
# expect y = 6.0
# expect v = [1, 2, 3]
# expect z = 2
# expect w = 3.0
input x: real
y := x +     # a comment
    2 +
    3
v := [
    1,
    2, 3,
]
if x > 5 { z := 1 }
else { z := 2 }
w := max(x,
    3.0,
); output y, v, z, w
