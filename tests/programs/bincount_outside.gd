# input k = [0, 3, 1]
# error index 4: bincount(k, 3), outside 0..3
input k: int[n]
c := bincount(k, 3)
