# input x = [1, 2]
# error type 4: x is int[n], real
input x: int[n]
p := pad(x, 1, 1, value=0.5)
