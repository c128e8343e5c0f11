# The sign of zero and dyadic sums, bit for bit.
# input x = [0.0, -0.0, 0.5, -0.25]
# expect a = [0.0, -0.0, 1.0, -0.5]
# expect b = [-0.0, 0.0, -0.5, 0.25]
# expect c = [0.0, 0.0, 0.5, 0.25]
# expect s = 0.25
# expect q = [0.0, -0.0, sqrt(0.5), nan]
# expect f = [0.0, -0.0, 0.0, -1.0]
# exact
input x: real[n]
a := 2*x
b := -x
c := abs(x)
s := sum(x)
q := sqrt(x)
f := floor(x)
