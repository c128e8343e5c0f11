# eigh: values ascend, vectors as columns with their largest entry positive; only the lower triangle is read.
# input A = [[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]]
# expect w = [2 - sqrt(2), 2.0, 2 + sqrt(2)]
# expect back = A
# expect same = zeros(3)
# expect tie = [[sqrt(0.5), sqrt(0.5)], [-sqrt(0.5), sqrt(0.5)]]
# expect none = zeros(0)
# expect one = [[1.0]]
# expect i = [0.0, 2.0]
input A: real[n, n]
(w, V) := eigh(A)
back := V*w[new, :]@V.T
(v, X) := eigh([[A[i, j] if i >= j else 99.0 for j in 0..n] for i in 0..n])
same := v - w
(t, tie) := eigh([[2.0, 1.0], [1.0, 2.0]])
(none, N) := eigh(zeros(0, 0)); (o, one) := eigh([[-4.0]]); (i, I) := eigh([[1, 1], [1, 1]])
output w, V, back, same, tie, none, one, i
