# input v = [1.0]
# error index 4
input v: real[n]
y := v[1:-1]
