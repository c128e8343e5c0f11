# A param that is a dimension has that value; its default may read dimensions.
# input x = [1.0, 2.0, 3.0, 4.0]
# expect h = 2
# expect a = 0.25
# expect b = [0.25, 0.25, 0.25, 0.25]
# expect c = 8.0
input x: real[n]
param half: int = n//2
param a: real = 1/n
param b: real[n] = full(a, n)
param scale: real = half*4
h := half
c := scale
output h, a, b, c
