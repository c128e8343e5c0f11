# diag, triu, tril, trace, outer, one_hot of every shape.
# input A = arange(12).reshape(3, 4)
# input v = [1.0, -2.0]
# input k = [2, 0, 2]
# expect d = [[1.0, 0.0], [0.0, -2.0]]
# expect dA = [0, 5, 10]
# expect u = triu(A)
# expect u1 = triu(A, 1)
# expect l = tril(A)
# expect l1 = tril(A, -1)
# expect t = 15
# expect o = outer(v, [1.0, 2.0, 3.0])
# expect h = [[0.0, 0, 1], [1, 0, 0], [0, 0, 1]]
# expect e = zeros((0, 0))
# expect w = -2.0
input A: int[m, n]
input v: real[p]
input k: int[q]
d := diag(v)
dA := diag(A)
u := triu(A); u1 := triu(A, 1); l := tril(A); l1 := tril(A, k = -1)
t := trace(A)
o := outer(v, [1.0, 2.0, 3.0])
h := one_hot(k, 3)
e := diag(zeros(0))
w := det(d)
