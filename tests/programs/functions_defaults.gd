# Defaults, named arguments, contracts and several results.
# input x = [3.0, 4.0]
# expect a = [0.6, 0.8]
# expect b = [3/6, 4/6]
# expect s = 7.0
# expect p = 12.0
input x: real[n]
def scaled(x, eps = 0.0, by = 5) = x/(by + eps)
def both(v: real[k]) { s := sum(v); p := prod(v); return s, p }
a := scaled(x)
b := scaled(x, by=5, eps=1)
(s, p) := both(x)
