# input x = [1.0, 2.0, 3.0, 4.0, 5.0]
# error shape 4: split(x, 2), equal parts, 5
input x: real[n]
(a, b) := split(x, 2)
