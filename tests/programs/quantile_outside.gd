# input p = 1.5
# error value 4: quantile, between 0 and 1, p
input p: real
q := quantile([1.0, 2.0], p)
