# `_` takes what nobody wants.
# input A = [[2.0, 0.0], [0.0, 3.0]]
# expect w = [2.0, 3.0]
# expect s = [3.0, 2.0]
input A: real[n, n]
(w, _) := eigh(A)
(_, s, _) := svd(A)
output w, s
