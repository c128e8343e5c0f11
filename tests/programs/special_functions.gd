# erf, gamma, lgamma and the predicates.
# input x = [0.5, 1.0, 5.0, -0.5, nan, inf]
# expect g = [sqrt(pi), 1.0, 24.0, -2*sqrt(pi), nan, inf]
# expect l = np.log([sqrt(pi), 1.0, 24.0, 2*sqrt(pi), nan, inf])
# expect f = [true, true, true, true, false, false]
# expect n = [false, false, false, false, true, false]
# expect i = [false, false, false, false, false, true]
# expect e = 0.5204998778130465
input x: real[k]
g := gamma(x); l := lgamma(x); f := isfinite(x); n := isnan(x); i := isinf(x)
e := erf(0.5)
