# The mean of each window.
input x: real[n]
param w: int = 50
c := cumsum(x)
c := concat(zeros(1), c)
output y := (c[w:] - c[:n - w + 1])/w
