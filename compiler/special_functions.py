"""The gamma function, its logarithm and the derivatives of that, as text: where there is no library's, or its own
would be wrong by more than the op table allows.

`SCALAR` is what loops binds: Stirling's series in 50 digits, so that the result is rounded once. `WHOLE` are SciPy's
functions over arrays, mended where they leave out denormals. `NATIVE` is what compiled targets bind too.
"""

from __future__ import annotations

LOG_GAMMA = '''
# import from decimal import Context, Decimal, localcontext
def log_gamma(x):
    """The logarithm of |gamma(x)|, away from its poles: Stirling's series from 60 on, reflected below 0."""
    pi, half_log_of_2_pi = Decimal("3.14159265358979323846264338327950288419716939937511"), Decimal(
        "0.91893853320467274178032973640561763986139747363778")
    z = Decimal(float(x)) if x > 0 else 1 - Decimal(float(x))
    steps, below = max(0, 60 - int(z)), Decimal(1)
    for k in range(steps):
        below *= z + k
    z += steps
    total, power = (z - Decimal(0.5))*z.ln() - z + half_log_of_2_pi - below.ln(), z
    for top, bottom in ((1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360360), (1, 156), (-3617, 122400),
                        (43867, 244188), (-174611, 125400), (77683, 5796), (-236364091, 1506960), (657931, 300)):
        total += top/(bottom*power)
        power *= z*z
    if x > 0:
        return total
    angle = pi*Decimal(float(x - np.rint(x)))
    sine = term = angle
    for k in range(2, 48, 2):
        term *= -angle*angle/(k*(k + 1))
        sine += term
    return (pi/abs(sine)).ln() - total
'''
GAMMA = '''
def gamma(x):
    """The gamma function: nan at negative whole numbers, inf where it is too large."""
    number = np.result_type(x).type
    if x == 0:
        return np.copysign(np.inf, x)
    if not x > -np.inf or (x < 0 and x == np.floor(x)):
        return number(np.nan)
    sign = -1.0 if x < 0 and np.floor(x) % 2 == 1 else 1.0
    if abs(x) > 200:
        return number(np.inf if x > 0 else sign*0.0)
    with localcontext(Context(prec=50)):
        return number(sign*float(log_gamma(x).exp()))
'''
LGAMMA = '''
def lgamma(x):
    """The logarithm of |gamma(x)|: inf at zero and at negative whole numbers, 0 at 1 and 2."""
    number = np.result_type(x).type
    if np.isnan(x) or x in (1, 2):
        return number(x if np.isnan(x) else 0.0)
    if np.isinf(x) or (x <= 0 and x == np.floor(x)):
        return number(np.inf)
    with localcontext(Context(prec=50)):
        return number(float(log_gamma(x)))
'''
HURWITZ = '''
# import math
def hurwitz(s, q):
    """1/q^s + 1/(q + 1)^s + …, for s = 1 without what does not depend on q: terms up to 16 + 2s, then Euler's and
    Maclaurin's formula (Olver et al., NIST Handbook of Mathematical Functions, 2.10.1 and 25.11)."""
    total = 0.0
    while q < 16.0 + 2.0*s:
        total += 1.0/q if s == 1.0 else q**-s
        q += 1.0
    power = q**-s
    rest = -math.log(q) if s == 1.0 else q*power/(s - 1.0)
    t, u = s*power/q, 1.0/(q*q)
    rest += power/2.0 + t/12.0
    t *= (s + 1.0)*(s + 2.0)*u
    rest -= t/720.0
    t *= (s + 3.0)*(s + 4.0)*u
    rest += t/30240.0
    t *= (s + 5.0)*(s + 6.0)*u
    rest -= t/1209600.0
    t *= (s + 7.0)*(s + 8.0)*u
    rest += t/47900160.0
    t *= (s + 9.0)*(s + 10.0)*u
    return total + (rest - t*691.0/1307674368000.0)
'''
POLYGAMMA = '''
# import math
def polygamma(k, x):
    """The derivative number k + 1 of the logarithm of gamma: (-1)^(k + 1)*k!*(1/x^(k + 1) + 1/(x + 1)^(k + 1) + …); nan
    at negative whole numbers. Below 0 the terms before and those after the nearest pole."""
    x, s, factor, odd = np.float64(x), k + 1.0, 1.0, 1.0
    if not x > -math.inf:
        return np.float64(math.nan)
    for j in range(1, int(k) + 1):
        factor *= j
        odd = -odd
    if x == 0.0:
        return np.float64(-math.copysign(math.inf, x) if k == 0.0 else -odd*math.inf)
    if x > 0.0:
        return np.float64(-odd*factor*hurwitz(s, x) if x < math.inf else math.inf if k == 0.0 else -odd*0.0)
    off = x - math.floor(x + 0.5)
    if not abs(off) > 0.0:
        return np.float64(math.nan)
    after, before = (off, 1.0 - off) if off > 0.0 else (1.0 + off, -off)
    ahead = hurwitz(s, before) - hurwitz(s, 1.0 - x)
    return np.float64(-odd*factor*(hurwitz(s, after) - odd*ahead))
'''
ALL_GAMMA = '''
# import from scipy import special
def all_gamma(x):
    """SciPy's gamma; below -170, where that knows no denormals, by gamma(x + 20)."""
    found = special.gamma(x)
    low = (x < -170) & (x > -185)
    if not np.any(low):
        return found
    steps = x*(x + 1)
    for k in range(2, 20):
        steps = steps*(x + k)
    return np.where(low, special.gamma(x + 20)/steps, found)
'''
ALL_LGAMMA = '''
# import from scipy import special
def all_lgamma(x):
    """SciPy's gammaln, which overflows at denormals and has the other sign at -inf."""
    size = np.abs(x)
    return np.where(size < 1e-30, -np.log(size), np.where(np.isinf(x), size, special.gammaln(x)))
'''
ALL_POLYGAMMA = '''
# import from scipy import special
def all_polygamma(k, x):
    """SciPy's polygamma, of order 0 reflected exactly, where it is far off; nan at negative whole numbers."""
    k, x = np.asarray(k), np.asarray(x)
    found = special.polygamma(k, x)
    first = (k == 0) & (x < 0)
    if np.any(first):
        found = np.where(first, special.digamma(1 - x) - np.pi/np.tan(np.pi*(x - np.rint(x))), found)
    return np.where((x < 0) & (x == np.floor(x)), np.nan, found).astype(np.result_type(x))
'''

NATIVE = {"hurwitz": HURWITZ, "polygamma": POLYGAMMA}
SCALAR = {"log_gamma": LOG_GAMMA, "gamma": GAMMA, "lgamma": LGAMMA, **NATIVE}
WHOLE = {"all_gamma": ALL_GAMMA, "all_lgamma": ALL_LGAMMA, "all_polygamma": ALL_POLYGAMMA}
NATIVE_NEEDS: dict[str, tuple[str, ...]] = {"polygamma": ("hurwitz",)}
NEEDS = {"gamma": ("log_gamma",), "lgamma": ("log_gamma",), **NATIVE_NEEDS}
