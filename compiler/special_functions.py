"""The gamma function and its logarithm, as text: where a library's own would be wrong by more than the op table allows.

`SCALAR` is what loops binds: Stirling's series in 50 digits, so that the result is rounded once. `WHOLE` are SciPy's
functions over arrays, mended where they leave out denormals.
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

SCALAR = {"log_gamma": LOG_GAMMA, "gamma": GAMMA, "lgamma": LGAMMA}
WHOLE = {"all_gamma": ALL_GAMMA, "all_lgamma": ALL_LGAMMA}
NEEDS: dict[str, tuple[str, ...]] = {"gamma": ("log_gamma",), "lgamma": ("log_gamma",)}
