# 64-bit integers wrap, as two's complement does.
# input big = [9223372036854775807, -9223372036854775808]
# expect a = [-9223372036854775808, -9223372036854775807]
# expect b = [-2, 0]
# expect c = [-9223372036854775807, -9223372036854775808]
# expect d = -1
# expect e = [9223372036854775807, -9223372036854775808]
input big: int[n]
a := big + 1
b := big*2
c := -big
d := sum(big)
e := abs(big)
