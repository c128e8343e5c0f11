# A formula on every entry.
input x: real[n]
output y := exp(-x^2/2)*sin(3*x) + log1p(abs(x))
