# input k = -3
# error value 4: -3
input k: int
x := zeros(k)
