# input x = [1.0, -1.0]
# error assert 4: must be positive
input x: real[n]
assert all(x > 0), "x must be positive"
