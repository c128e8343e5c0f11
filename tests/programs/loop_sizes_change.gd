# A variable's sizes may change from round to round.
# input v = [1.0, 2.0]
# expect w = [1.0, 2.0, 0.0, 1.0, 2.0]
# expect P = [[1.0], [3.0], [3.0], [1.0]]
# expect n2 = 5
# expect tail = [4.0]
# expect h = [10.0]
input v: real[n]
w := v
for i in 0..3 { w := concat(w, [i*1.0]) }
p := [1.0]
repeat 3 { p := concat(p, [0.0]) + concat([0.0], p) }
P := p[:, new]
n2 := size(w)
tail := [1.0, 2.0, 3.0, 4.0]
while size(tail) > 1 { tail := tail[size(tail)//2:] }
h := [1.0, 2.0, 3.0, 4.0]
repeat 2 {
    k := size(h)//2
    h := h[:k] + h[k:]
}
output w, P, n2, tail, h
