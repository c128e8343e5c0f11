# input v = [1.0, 2.0, 3.0]
# error index 5: 3
input v: real[n]
s := 0.0
for i in 0..n { s += v[i + 1] }
