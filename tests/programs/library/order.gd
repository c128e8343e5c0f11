# expect r = 9
def top(x) = max(x)
def low(x) = min(x)
output r := top([3, 9, 4])
