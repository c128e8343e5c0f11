# alone
# error shape 3: svd wants a matrix, [n]
input x: real[n]; (U, s, Vt) := svd(x)
