# Sorting in loops, in functions and in index notation.
# input A = [[3.0, 1.0, 2.0], [0.5, -1.0, 4.0], [2.0, 2.0, 1.0]]
# expect v = sort(sort(A, 1)[:, ::-1], 1)[:, 1]
# expect total = sum([1.0, 2.0, 3.0])
# expect ranks = argsort(argsort(A, 1, kind="stable"), 1)
# expect w = [1.0, 2.0, 3.0]
input A: real[size_n, size_n]
def middle(x) = sort(x)[size(x, 0)//2]
v := [middle(A[i, :]) for i]
total := 0.0
for i in 0..size_n { total += sort(A[0, :])[i] }
ranks := argsort(argsort(A))
w := A[0, :]
repeat 2 { w := sort(w) }
