# A variable keeps its element type through a loop: an int before a loop that makes it real is promoted.
# input v = [0.5, 0.25]
# expect s = 0.75
# expect t = 0.0
# expect w = [0.5, 1.5]
# expect k = 3
# expect b = 1.0
input v: real[n]
s := 0
for x in v { s += x }
t := 0
for i in 0..0 { t += 0.5 }
w := [0, 1]
repeat 1 { w := w + 0.5 }
k := 3
repeat 0 { k := k + 1 }
b := 1
if n > 5 { b := 0.5 }
output s, t, w, k, b
