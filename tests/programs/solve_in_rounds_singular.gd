# A singular matrix that the rounds of a loop solve with stops the first of them, where the solve stands.
# input A = [[1.0, 2.0], [2.0, 4.0]]
# input b = [1.0, 1.0]
# error value 6: A is singular
input A: real[n, n]; input b: real[n]
repeat 3 { b := solve(A, b + 1) }
