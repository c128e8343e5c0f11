# The price of a call, and its slope by the price of the share.
# input s = [90.0, 100.0, 110.0]
# expect price = s*(0.5 + special.erf((log(array(s)/100) + 0.07)/0.2/sqrt(2.0))/2) - 100*exp(-0.05)*(0.5 + special.erf((log(array(s)/100) + 0.03)/0.2/sqrt(2.0))/2)
# expect delta = 0.5 + special.erf((log(array(s)/100) + 0.07)/0.2/sqrt(2.0))/2
# tolerance 1e-8
input s: real[n]
param k: real = 100; param r: real = 0.05; param sigma: real = 0.2
def cdf(z) = (1 + erf(z/sqrt(2)))/2
d1 := (log(s/k) + r + sigma^2/2)/sigma
price := s*cdf(d1) - k*exp(-r)*cdf(d1 - sigma)
total := sum(price)
output price, delta := grad(total, s)
