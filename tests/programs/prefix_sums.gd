# A recurrence that no loop may reorder, beside one that may.
# input x = [1.0, 2.0, 3.0, 4.0]
# expect c = [1.0, 3.0, 6.0, 10.0]
# expect d = [2.0, 4.0, 6.0, 8.0]
# expect f = [1.0, 1.0, 2.0, 3.0]
# expect r = [10.0, 9.0, 7.0, 4.0]
input x: real[n]
c := zeros(n)
s := 0.0
for i in 0..n { s += x[i]; c[i] := s }
d := x
for i in 0..n { d[i] := 2*d[i] }
f := ones(n)
for i in 2..n { f[i] := f[i - 1] + f[i - 2] }
r := x
for i in n - 2..-1 by -1 { r[i] += r[i + 1] }
output c, d, f, r
