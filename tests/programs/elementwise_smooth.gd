# Every smooth function, inside its domain, at its edges and outside.
# input x = [0.5, 1.0, 0.0, -0.5, 2.0, -1.0, inf, -inf, nan]
# expect e = np.exp(x)
# expect l = np.log(x)
# expect l1 = np.log1p(x)
# expect em = np.expm1(x)
# expect l2 = np.log2(x)
# expect l10 = np.log10(x)
# expect e2 = np.exp2(x)
# expect q = np.sqrt(x)
# expect c = np.cbrt(x)
# expect s = [np.sin(x), np.cos(x), np.tan(x)]
# expect a = [np.arcsin(x), np.arccos(x), np.arctan(x)]
# expect h = [np.sinh(x), np.cosh(x), np.tanh(x)]
# tolerance 1e-12
input x: real[n]
e := exp(x); l := log(x); l1 := log1p(x); em := expm1(x)
l2 := log2(x); l10 := log10(x); e2 := exp2(x); q := sqrt(x); c := cbrt(x)
s := stack(sin(x), cos(x), tan(x))
a := stack(asin(x), acos(x), atan(x))
h := stack(sinh(x), cosh(x), tanh(x))
r := erf(x)
