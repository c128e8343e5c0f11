# Sizes written as numbers and as _.
# input A = arange(6.0).reshape(2, 3)
# input B = arange(8.0).reshape(2, 4)
# expect a = 2
# expect s = 28.0
# expect n = [2, 4]
input A: real[2, 3]
input B: real[_, _]
a := size(A, 0)
s := sum(B)
n := [size(B, 0), size(B, 1)]
