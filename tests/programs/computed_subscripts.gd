# Subscripts and bounds that are computed; a written minus counts from the end, a computed one does not.
# input v = arange(10.0)
# expect a = 7.0
# expect b = [2.0, 3.0, 4.0]
# expect c = 7.0
# expect d = [7.0, 8.0, 9.0]
# expect e = [0.0, 1.0]
# expect f = [9.0, 6.0, 3.0]
# expect g = v
# expect h = 4.0
input v: real[n]
param k: int = 3
a := v[2*k + 1]
b := v[k - 1:k + 2]
c := v[-k]
d := v[-k:]
e := v[:k - 1]
f := v[:k - 1:-3]
g := v[-n:]
h := v[n//2 - 1]
