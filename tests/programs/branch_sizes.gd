# Arms may give one variable different sizes.
# input v = [1.0, 2.0, 3.0]
# input yes = true
# expect w = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]
# expect s = 12.0
# expect u = [2.0, 3.0]
# expect n2 = 2
input v: real[n]
input yes: bool
if yes { w := concat(v, v) } else { w := v }
s := sum(w)
u := v
if size(w) > 4 { u := v[1:] }
n2 := size(u)
