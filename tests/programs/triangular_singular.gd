# The other triangle makes no matrix regular.
# input A = [[1.0, 2.0], [3.0, 0.0]]
# error value 4: A, is singular
input A: real[n, n]; x := solve(A, [1.0, 1.0], upper=true)
