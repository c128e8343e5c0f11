# The log-likelihood of a mixture of normal distributions.
input x: real[n]
input share: real[k]
input middle: real[k]
input spread: real[k]
z := (x[:, new] - middle[new, :])/spread[new, :]
L := log(share/spread)[new, :] - z^2/2 - log(2*pi)/2
output total := sum(logsumexp(L, axis=1))
