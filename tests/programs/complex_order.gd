# Complex numbers have no order.
# input z = [1 + 2j, 3]
# error type 5: complex numbers have no order, abs(…), real(…)
input z: complex[n]
y := z[0] < z[1]
