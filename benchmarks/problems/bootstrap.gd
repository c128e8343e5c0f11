# The means of samples drawn with replacement: place has a row of indices for each sample.
input x: real[n]
input place: int[samples, k]
output means := mean(x[place], axis=1)
