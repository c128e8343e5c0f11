# input v = zeros(0)
# error value 4: max, v
input v: real[n]
m := max(v)
