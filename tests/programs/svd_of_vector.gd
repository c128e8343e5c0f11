# error shape 2: svd wants a matrix, [n]
input x: real[n]; (U, s, Vt) := svd(x)
