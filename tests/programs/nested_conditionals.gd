# `if else` in a formula is right-associative, and only the branch taken is evaluated.
# input x = [-1.0, 0.0, 2.0]
# expect s = [-1.0, 0.0, 1.0]
# expect r = 0.0
# input k = 5
input x: real[n]; input k: int
s := 1.0 if x > 0 else -1.0 if x < 0 else 0.0
r := x[k] if k < n else 0.0
