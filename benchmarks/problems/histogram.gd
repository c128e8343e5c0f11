# How many values fall into each of the bins between lo and hi.
input x: real[n]
param bins: int = 100
output h := histogram(x, bins, lo=-4, hi=4)
