# Whole numbers as bits.
# input a = [12, -12, 7]
# input b = [10, 3, 2]
# expect x = [8, 0, 2]
# expect o = [14, -9, 7]
# expect e = [6, -9, 5]
# expect no = [-13, 11, -8]
# expect l = [12288, -96, 28]
# expect r = [0, -2, 1]
# expect h = 255
input a, b: int[n]
x := bitand(a, b); o := bitor(a, b); e := bitxor(a, b); no := bitnot(a)
l := shl(a, b); r := shr(a, b)
h := bitand(0x1FF, 0xFF)
