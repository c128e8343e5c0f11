# input x = [1.0, 2.0, 3.0, 4.0]
# error shape 4: cross wants vectors of size 3, x, 4
input x: real[n]
c := cross(x, [1.0, 0.0, 0.0])
