# Counting by loops and by scatter.
# input x = [0.1, 0.9, 0.5, 0.5, 0.99, 0.0]
# expect a = [2, 0, 2, 2]
# expect b = [2, 0, 2, 2]
input x: real[n]
a := zeros(4, int)
for i in 0..n { a[cast(floor(4*x[i]), int)] += 1 }
b := zeros(4, int)
b[cast(floor(4*x), int)] += 1
