# A demand inside a branch is made when it is reached.
# input v = [1.0]
# expect s = 0.0
# expect w = [1.0]
input v: real[n]
s := 0.0
if n > 3 { s := v[3] }
w := v
repeat n - 1 { w[1] := 2 }
