# input k = [1, 0]
# error value 4: zero
input k: int[n]
y := 3 // k
