# input k = 0
# expect y = -1
input k: int
y := 7 % k if k != 0 else -1
