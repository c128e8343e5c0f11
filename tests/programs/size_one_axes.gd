# Axes of size 1 by contract stretch; one row or one column is a matrix all the same.
# input X = [[1.0, 2.0, 3.0]]
# input y = [[1.0], [2.0]]
# input z = [7.0]
# expect S = array(X) + array(y)
# expect c = [1.0, 2.0, 3.0]
# expect G = [[14.0]]
# expect t = [8.0, 9.0, 10.0]
# expect k = [[3.0], [6.0]]
# expect q = 7.0
input X: real[1, n]
input y: real[m, 1]
input z: real[1]
S := X + y
c := mean(X, axis=0)
G := X@X.T
t := squeeze(X) + z
k := y*3
q := sum(z)
