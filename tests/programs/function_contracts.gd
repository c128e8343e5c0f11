# Contracts in functions: names local to the call, generic over shapes, conversion, defaults that read sizes.
# input X = arange(6.0).reshape(2, 3)
# input k = [1, 2]
# expect a = [3.0, 12.0]
# expect b = [[3.0, 5.0, 7.0]]
# expect c = 5
# expect d = [0.5, 1.0]
# expect e = 7.0
# expect g = 0.75
input X: real[m, n]
input k: int[m]
def rows(A: real[p, q]) = A@ones(q)
def ends(A: real[p, q], s = p) = [sum(A[:, j]) for i in 0..s - 1, j]
def total(A: real[n, m]) = n + m
def halves(v: real[_]) = v/2
def square_sum(A: real[p, p]) = sum(A)
def mean_of(v: real[r], w: real[r]) = sum(v*w)/r
a := rows(X)
b := ends(X)
c := total(X)
d := halves(k)
e := square_sum([[1, 2], [0, 4]])
g := mean_of([1, 0.5], [1, 1])
output a, b, c, d, e, g
