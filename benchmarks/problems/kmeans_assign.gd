# Which centre is nearest to each point?
input P: real[m, d]
input C: real[k, d]
label := argmin([sum((P[i, a] - C[c, a])^2 for a) for i, c], axis=1)
output label
