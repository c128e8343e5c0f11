# input A = [[1.0, 2.0]]
# input b = [1.0, 2.0]
# error shape 5: lstsq(A, b), A, b
input A: real[m, n]; input b: real[k]
x := lstsq(A, b)
