# input z = [1 + 2j, 3]
# error type 4: complex numbers have no order, max
input z: complex[n]
y := max(z)
