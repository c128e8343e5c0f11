# input v = [1.0, 2.0]
# error index 4: 3, 2
input v: real[n]
y := v[:3]
