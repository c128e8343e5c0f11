# input a = [1.0, 2.0]
# input b = [1.0, 2.0, 3.0]
# error shape 6: a, b, 2, 3
input a: real[m]
input b: real[n]
c := a + b
