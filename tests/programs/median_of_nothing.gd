# input x = np.zeros(0)
# error value 4: median of no values, x is empty
input x: real[n]
m := median(x)
