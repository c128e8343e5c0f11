# An inverse fails before what was written after it, even where that goes into its product.
# input A = [[1.0, 2.0], [2.0, 4.0]]
# input w = [1.0, 2.0]
# input k = 7
# error value 8: A is singular
input A: real[n, n]
input w: real[n]; input k: int
P := inv(A)
z := w[k]
x := P@(w + z)
output x
