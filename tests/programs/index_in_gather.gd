# input k = [0, -1]
# error index 4: -1, 3
input k: int[q]
y := [1.0, 2.0, 3.0][k]
