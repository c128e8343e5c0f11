# A def hides a built-in of that name, except from the prelude.
# input x = [1.0, -2.0]
# expect a = [10.0, 20.0]
# expect s = 1/(1 + np.exp(-np.array(x)))
# expect r = [1.0, 0.0]
# expect m = 5.0
input x: real[n]
def exp(t) = 10*abs(t)
def maximum(a, b) = a - b
a := exp(x)
s := sigmoid(x)
r := relu(x)
def mean(q) = 5.0
m := mean(x)
output a, s, r, m
