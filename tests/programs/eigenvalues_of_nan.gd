# input A = [[1.0, nan], [nan, 1.0]]
# error value 4: eigh wants finite numbers, A holds nan or inf
input A: real[n, n]
(w, V) := eigh(A)
