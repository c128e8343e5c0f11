# The derivative of every smooth function of one value.
# input x = [0.3, 0.6]
# tolerance 1e-7
# expect g = np.exp(x) + 1/np.array(x) + 1/(1 + np.array(x)) + np.exp(x)
# expect t = np.cos(x) - np.sin(x) + 1/np.cos(x)**2
# expect a = 0*np.array(x) + 1/(1 + np.array(x)**2)
# expect h = np.cosh(x) + np.sinh(x) + 1 - np.tanh(x)**2
# expect r = 0.5/np.sqrt(x) + 1/3*np.array(x)**(-2/3)
# expect l = 1/(np.array(x)*log(2)) + 1/(np.array(x)*log(10)) + log(2)*2**np.array(x)
# expect e = 2/sqrt(pi)*np.exp(-np.array(x)**2)
# expect p = 3*np.array(x)**2 + np.array(x)**x*(1 + np.log(x)) + 2**np.array(x)*log(2)
# expect q = -1/np.array(x)**2 + 0.25
# expect d = [1.0, 1.0]
input x: real[n]
J1 := sum(exp(x) + log(x) + log1p(x) + expm1(x))
J2 := sum(sin(x) + cos(x) + tan(x))
J3 := sum(asin(x) + acos(x) + atan(x))
J4 := sum(sinh(x) + cosh(x) + tanh(x))
J5 := sum(sqrt(x) + cbrt(x))
J6 := sum(log2(x) + log10(x) + exp2(x))
J7 := sum(erf(x))
J8 := sum(x^3 + x^x + 2^x)
J9 := sum(1/x + x/4)
J10 := sum(abs(x) + floor(x) + sign(x))
g := grad(J1, x); t := grad(J2, x); a := grad(J3, x); h := grad(J4, x); r := grad(J5, x)
l := grad(J6, x); e := grad(J7, x); p := grad(J8, x); q := grad(J9, x); d := grad(J10, x)
output g, t, a, h, r, l, e, p, q, d
