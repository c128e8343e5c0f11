# input A = [[1.0, 2.0]]
# error shape 4: eigh wants a square matrix, A
input A: real[m, n]
(w, V) := eigh(A)
