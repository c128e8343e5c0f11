# input k = [2, -1]
# error value 4: power
input k: int[n]
y := 2^k
