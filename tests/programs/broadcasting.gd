# Rank pairs that may meet: the result has the shape of one of them.
# input X = arange(6.0).reshape(2, 3)
# input r = [10.0, 20.0, 30.0]
# input A = arange(24.0).reshape(2, 3, 4)
# input M = arange(12.0).reshape(3, 4)
# expect a = X + array(r)
# expect b = X - X.mean(axis=1, keepdims=True)
# expect c = A * M
# expect d = A + A.sum((0, 1))
# expect e = X[:, :, None] + A
# expect f = X[:, 0][:, None] * array(r)[None, :]
# expect g = A / A.max(axis=(1, 2), keepdims=True)
# expect h = 1 - X
input X: real[m, n]
input r: real[n]
input A: real[m, n, k]
input M: real[n, k]
a := X + r
b := X - mean(X, axis=1, keepdims=true)
c := A*M
d := A + sum(A, axis=(0, 1))
e := X[:, :, new] + A
f := X[:, 0][:, new]*r[new, :]
g := A/max(A, axis=(1, 2), keepdims=true)
h := 1 - X
