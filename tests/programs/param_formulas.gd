# A param may read dimensions and earlier params, and may be an array.
# input x = [1.0, 2.0, 3.0, 4.0]
# expect y = 0.5*array(x)
# expect z = [2.0, 4.0, 6.0, 8.0]
input x: real[n]
param a: real = 2/n
param b: real = 4*a
param c: real[n] = x*0 + b
y := a*x
z := c*x
