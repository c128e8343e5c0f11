# input x = np.zeros(0)
# error value 4: diff of no values, x is empty
input x: real[n]
d := diff(x)
