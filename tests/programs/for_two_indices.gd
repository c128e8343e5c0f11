# Two nested loops in one header; `by` counts in steps, also downward.
# input n = 4
# expect A = [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6]]
# expect s = 1 + 4 + 7
# expect d = [5, 3, 1]
input n: int
A := zeros(n, n, int)
for i in 0..n, j in 0..n { A[i, j] := i + j }
s := 0
for i in 1..10 by 3 { s += i }
d := zeros(3, int)
k := 0
for i in 5..0 by -2 { d[k] := i; k += 1 }
output A, s, d
