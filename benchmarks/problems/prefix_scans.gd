# Running sum, greatest so far, and the deepest fall from it.
input x: real[n]
level := cumsum(x)
top := cummax(level)
output level, fall := max(top - level)
