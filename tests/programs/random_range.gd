# input s = 3
# error value 4: lo < hi, 3 and 2
input s: int
k := randint(1, s, s - 1, 4)
