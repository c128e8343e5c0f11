# Grey values spread so that their distribution becomes even.
# input g = [[0, 1, 1], [2, 1, 0]]
# expect e = [[85, 212, 212], [255, 212, 85]]
input g: int[h, w]
n := bincount(reshape(g, -1), 256)
c := cumsum(n)
level := cast(round(255.0*c/(h*w)), int)
output e := level[g]
