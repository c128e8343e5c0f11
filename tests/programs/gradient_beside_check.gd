# The derivative of a formula beside one whose place does not exist, in a loop without rounds.
# input x = [-1.75]
# input v = [-1.0]
# expect g = 1.75*np.sin(v)
# tolerance 1e-7
input x: real[m]
input v: real[n]
w := 1*v
r := x + 0
for i in 0..0 { skip if true; r[0] := x[0]; r := [w[1] for i in 0..m] + r }
L := sum((r[j + 1] if j + 1 < m else sum(x)) for j in 0..m)*cos(w[0])
g := grad(L, w)
output g
