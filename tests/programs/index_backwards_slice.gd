# A slice downwards starts at a place that is there.
# input v = [1.0, 2.0]
# input k = 2
# error index 7: 2
input v: real[n]
input k: int
y := v[k::-1]
