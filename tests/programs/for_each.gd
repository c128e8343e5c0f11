# `for x in v` goes over a vector's elements and a matrix's rows.
# input v = [1.0, 2.0, 4.0]
# input A = [[1.0, 2.0], [3.0, 4.0]]
# expect p = 8.0
# expect r = [4.0, 6.0]
# expect m = 4.0
input v: real[n]; input A: real[k, l]
p := 1.0
for x in v { p *= x }
r := zeros(l)
for row in A { r += row }
m := -inf
for row in A { for x in row { if x > m { m := x } } }
