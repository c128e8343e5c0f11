# Dimensions found from formulas linear in a name; int inputs are dimensions too.
# input u = arange(5.0)
# input v = arange(9.0)
# input w = arange(8.0)
# input k = 2
# input z = zeros((2, 4))
# expect M = 4
# expect s = 12
# expect h = 3
# expect q = [1.0, 1.0]
# expect r = 0.25
input u: real[P + 1]
input v: real[2*P + 1]
input w: real[Q - 1]
input k: int
input z: real[k, 2*k]
M := P
s := P + size(w)
h := Q//3
q := ones(k)
r := 1/P
