# searchsorted: how many lie below (left) or not above (right); nan sorts last.
# input a = [1.0, 2.0, 2.0, 5.0]
# input v = [0.0, 1.0, 2.0, 3.0, 5.0, 9.0, nan]
# expect l = [0, 0, 1, 3, 3, 4, 4]
# expect r = [0, 1, 3, 3, 4, 4, 4]
# expect m = [[0, 1], [3, 3]]
# expect s = 3
# expect n1 = [2, 3, 2]
# expect none = [0, 0]
# expect i = [1, 3]
input a: real[size_n]; input v: real[size_m]
l := searchsorted(a, v); r := searchsorted(a, v, side="right")
m := searchsorted(a, [[0.0, 2.0], [4.0, 5.0]]); s := searchsorted(a, 3)
n1 := searchsorted([1.0, 2.0, nan], [nan, inf, 2.5], side="right") - [1, -1, 0]
none := searchsorted(a[:0], [1.0, 2.0]); i := searchsorted([1, 2, 3], [2, 4])
