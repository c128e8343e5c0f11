# Functions of two and three values.
# input x = [3.0, -3.0, 0.0, nan, 1.0]
# input y = [4.0, 4.0, -1.0, 1.0, nan]
# expect h = np.hypot(x, y)
# expect t = np.arctan2(x, y)
# expect lo = np.minimum(x, y)
# expect hi = np.maximum(x, y)
# expect c = np.clip(x, -1, 2)
# expect c2 = np.clip(x, -1.0, [0.0, 1.0, 2.0, 3.0, 4.0])
# expect w = [3.0, 4.0, 0.0, 1.0, 1.0]
# expect big = [4.0, 4.0, 1.0, nan, nan]
# expect i = 7
# expect k = [1, 5, 3]
input x, y: real[n]
h := hypot(x, y)
t := atan2(x, y)
lo := minimum(x, y)
hi := max(x, y)
c := clip(x, -1, 2)
c2 := clip(x, -1, arange(n)*1.0)
w := where(x >= 0, x, y)
big := max(x, y, 1)
i := min(7, 9, 8)
k := clip([0, 9, 3], 1, 5)
