# Branch cuts and the sign of zero are NumPy's.
# input z = np.array([complex(-4.0, 0.0), complex(-4.0, -0.0), complex(0.0, 0.0), complex(-0.0, -0.0), complex(4.0, -0.0)])
# input u = np.array([complex(2.0, 0.0), complex(2.0, -0.0), complex(-2.0, 0.0), complex(-2.0, -0.0)])
# input w = np.array([complex(np.inf, 0.0), complex(0.0, np.nan), complex(1e200, 1e200)])
# expect a = np.sqrt(z)
# expect b = np.log(z[:2]).imag
# expect c = np.conj(z)
# expect d = -z
# expect e = np.abs(w)
# expect f = np.arcsin(u).imag > 0
# expect g = np.arccos(u).imag > 0
# expect h = np.isnan(w)
# expect i = np.isinf(w)
# expect j = np.isfinite(w)
# expect k = np.array([complex(0.0, -0.0)])
# expect l = z*2
# expect m = z.real
# expect o = z.imag
# expect p = np.arctan(1j*u).real > 0
# exact
input z: complex[n]
input u: complex[4]
input w: complex[3]
a := sqrt(z)
b := imag(log(z[:2]))
c := conj(z)
d := -z
e := abs(w)
f := imag(asin(u)) > 0
g := imag(acos(u)) > 0
h := isnan(w)
i := isinf(w)
j := isfinite(w)
k := conj([0i])
l := z*2
m := real(z)
o := imag(z)
p := real(atan(1i*u)) > 0
