# The price of options, after Black and Scholes.
input s: real[n]
input k: real[n]
input t: real[n]
param r: real = 0.05
param sigma: real = 0.2
def cdf(z) = (1 + erf(z/sqrt(2)))/2
d1 := (log(s/k) + (r + sigma^2/2)*t)/(sigma*sqrt(t))
d2 := d1 - sigma*sqrt(t)
output price := s*cdf(d1) - k*exp(-r*t)*cdf(d2)
