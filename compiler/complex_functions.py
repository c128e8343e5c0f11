"""Functions of complex numbers, as text over real ones, for the targets that Numba compiles.

Numba's own raise where they divide by zero (which a parallel loop does not report: its thread stops and leaves the rest
uncomputed), and are not NumPy's at infinities, at signed zeros and near the least and the greatest numbers. Here all is
computed in 64 bits. The edges are those of C99's annex G, as in NumPy.
Sources: W. Kahan, Branch cuts for complex elementary functions (1987), for the inverse functions; R. L. Smith,
Algorithm 116: complex division (1962).
"""

from __future__ import annotations

GROWN = '''
# import math
def grown(x, scale, a, b):
    """e^x*scale*(a + ib) for a and b up to 1: infinite only where that is."""
    while 709.0 < x and x < 2900.0:
        a, b, x = 8.218407461554972e307*a, 8.218407461554972e307*b, x - 709.0
    size = scale*math.exp(x)
    return complex(size*a, size*b)
'''
EXP = '''
# import math
def exp_complex(z):
    """e to the z."""
    x, y = float(z.real), float(z.imag)
    if y == 0.0:
        return complex(math.exp(x), y)
    if y - y == 0.0:
        return grown(x, 1.0, math.cos(y), math.sin(y))
    if x == -math.inf:
        return complex(0.0, math.copysign(0.0, y))
    return complex(x if x == math.inf else math.nan, math.nan)
'''
EXP2 = '''
def exp2_complex(z):
    """2 to the z."""
    return exp_complex(complex(0.6931471805599453*float(z.real), 0.6931471805599453*float(z.imag)))
'''
EXPM1 = '''
# import math
def expm1_complex(z):
    """e to the z, minus 1."""
    x, y = float(z.real), float(z.imag)
    half = math.sin(0.5*y)
    return complex(math.expm1(x)*math.cos(y) - 2.0*half*half, math.exp(x)*math.sin(y))
'''
LOG = '''
# import math
def log_complex(z):
    """The principal logarithm; near the unit circle from what |z|^2 is above 1."""
    x, y = float(z.real), float(z.imag)
    wide = abs(x) >= abs(y)
    more, less = abs(x) if wide else abs(y), abs(y) if wide else abs(x)
    if x == 0.0 and y == 0.0:
        size = -math.inf
    elif x - x != 0.0 or y - y != 0.0:
        size = math.hypot(x, y)
    elif 0.5 < more and more < 2.0:
        size = 0.5*math.log1p((more - 1.0)*(more + 1.0) + less*less)
    elif more < 1e-290:
        size = math.log(math.hypot(x*1.8014398509481984e16, y*1.8014398509481984e16)) - 37.42994775023705
    elif more > 1e300:
        size = math.log(math.hypot(0.25*x, 0.25*y)) + 1.3862943611198906
    else:
        size = math.log(math.hypot(x, y))
    return complex(size, math.atan2(y, x))
'''
LOG2 = '''
def log2_complex(z):
    """The principal logarithm to base 2."""
    w = log_complex(z)
    return complex(1.4426950408889634*w.real, 1.4426950408889634*w.imag)
'''
LOG10 = '''
def log10_complex(z):
    """The principal logarithm to base 10."""
    w = log_complex(z)
    return complex(0.4342944819032518*w.real, 0.4342944819032518*w.imag)
'''
LOG1P = '''
# import math
def log1p_complex(z):
    """The principal logarithm of 1 + z, rounded after the sum as NumPy's."""
    x, y = float(z.real) + 1.0, float(z.imag)
    size = math.hypot(x, y)
    return complex(math.log(size) if size > 0.0 else (-math.inf if size == 0.0 else size), math.atan2(y, x))
'''
SQRT = '''
# import math
def sqrt_complex(z):
    """The root whose real part is not below 0."""
    x, y = float(z.real), float(z.imag)
    if math.isinf(y):
        return complex(math.inf, y)
    if x != x:
        return complex(math.nan, math.nan)
    if x == math.inf:
        return complex(x, y if y != y else math.copysign(0.0, y))
    if x == -math.inf:
        return complex(y if y != y else 0.0, math.copysign(math.inf, y))
    if x == 0.0 and y == 0.0:
        return complex(0.0, y)
    more, scale = abs(x) if abs(x) >= abs(y) else abs(y), 1.0
    if more > 1e300:
        x, y, scale = 0.0625*x, 0.0625*y, 4.0
    elif more < 1e-290:
        x, y, scale = x*3.24518553658426726783156020576256e32, y*3.24518553658426726783156020576256e32, 2.0**-54
    root = math.sqrt(0.5*(abs(x) + math.hypot(x, y)))
    other = abs(y)/(root + root)
    if x < 0.0:
        root, other = other, root
    return complex(scale*root, math.copysign(scale*other, y))
'''
SINH = '''
# import math
def sinh_complex(z):
    """The hyperbolic sine."""
    x, y = float(z.real), float(z.imag)
    if y == 0.0:
        return complex(math.sinh(x), y)
    if y - y == 0.0:
        sine, cosine = math.sin(y), math.cos(y)
        if abs(x) > 709.0:
            return grown(abs(x), 0.5, math.copysign(cosine, x*cosine), sine)
        return complex(math.sinh(x)*cosine, math.cosh(x)*sine)
    return complex(x if x == 0.0 else abs(x) if math.isinf(x) else math.nan, math.nan)
'''
COSH = '''
# import math
def cosh_complex(z):
    """The hyperbolic cosine."""
    x, y = float(z.real), float(z.imag)
    if y == 0.0:
        return complex(math.cosh(x), y if x != x else y*math.copysign(1.0, x))
    if y - y == 0.0:
        sine, cosine = math.sin(y), math.cos(y)
        if abs(x) > 709.0:
            return grown(abs(x), 0.5, cosine, math.copysign(sine, x*sine))
        return complex(math.cosh(x)*cosine, math.sinh(x)*sine)
    return complex(math.inf if math.isinf(x) else math.nan, 0.0 if x == 0.0 else math.nan)
'''
TANH = '''
# import math
def tanh_complex(z):
    """The hyperbolic tangent; far out 1, and what is left of the other part."""
    x, y = float(z.real), float(z.imag)
    if math.isinf(x):
        turned = math.sin(y)*math.cos(y) if y - y == 0.0 and abs(y) > 1.0 else y
        return complex(math.copysign(1.0, x), math.copysign(0.0, turned))
    if y == 0.0:
        return complex(math.tanh(x), y)
    if x != x or y - y != 0.0:
        return complex(x if x == 0.0 else math.nan, math.nan)
    sine, cosine = math.sin(y), math.cos(y)
    if abs(x) > 22.0:
        small = math.exp(-abs(x))
        return complex(math.copysign(1.0, x), 4.0*sine*cosine*small*small)
    high = math.sinh(x)
    below = high*high + cosine*cosine
    return complex(high*math.cosh(x)/below, sine*cosine/below)
'''
ASINH = '''
# import math
def asinh_complex(z):
    """The inverse of the hyperbolic sine."""
    x, y = float(z.real), float(z.imag)
    if x - x != 0.0 or y - y != 0.0:
        if math.isinf(x):
            return complex(x, y if y != y else math.copysign(math.atan2(abs(y), abs(x)), y))
        if math.isinf(y):
            return complex(math.copysign(math.inf, x), math.nan if x != x else math.copysign(0.5*math.pi, y))
        return complex(math.nan, y if y == 0.0 else math.nan)
    if abs(x) < 1e-150 and abs(y) < 1e-150:
        return complex(x, y)
    if abs(x) > 1e150 or abs(y) > 1e150:
        size = log_complex(complex(0.5*x, 0.5*y)).real + 1.3862943611198906
        return complex(math.copysign(size, x), math.atan2(y, abs(x)))
    below, above = sqrt_complex(complex(1.0 + y, -x)), sqrt_complex(complex(1.0 - y, x))
    return complex(math.asinh(below.real*above.imag - below.imag*above.real),
                   math.atan2(y, below.real*above.real - below.imag*above.imag))
'''
ACOS = '''
# import math
def acos_complex(z):
    """The inverse of the cosine, its real part from 0 to pi."""
    x, y = float(z.real), float(z.imag)
    if x - x != 0.0 or y - y != 0.0:
        if math.isinf(x):
            return complex(y if y != y else math.atan2(abs(y), x), math.copysign(math.inf, -y) if y == y else -math.inf)
        if math.isinf(y):
            return complex(x if x != x else 0.5*math.pi, -y)
        return complex(0.5*math.pi if x == 0.0 else math.nan, math.nan)
    if abs(x) < 1e-150 and abs(y) < 1e-150:
        return complex(0.5*math.pi, -y)
    if abs(x) > 1e150 or abs(y) > 1e150:
        size = log_complex(complex(0.5*x, 0.5*y)).real + 1.3862943611198906
        return complex(math.atan2(abs(y), x), -math.copysign(size, y))
    below, above = sqrt_complex(complex(1.0 - x, -y)), sqrt_complex(complex(1.0 + x, y))
    return complex(2.0*math.atan2(below.real, above.real), math.asinh(above.real*below.imag - above.imag*below.real))
'''
ATANH = '''
# import math
def atanh_complex(z):
    """The inverse of the hyperbolic tangent."""
    x, y = float(z.real), float(z.imag)
    if x != x or y != y:
        known = x == 0.0 or math.isinf(x) or math.isinf(y)
        return complex(math.copysign(0.0, x) if known else math.nan,
                       math.copysign(0.5*math.pi, y) if math.isinf(y) else math.nan)
    far, high = abs(x), abs(y)
    if far > 1e150 or high > 1e150:
        size = math.hypot(0.5*x, 0.5*y)
        return complex(math.copysign(0.25*far/size/size if size < math.inf else 0.0, x), math.copysign(0.5*math.pi, y))
    if far == 1.0 and high < 1e-150:
        size = math.inf if high == 0.0 else 0.5*(0.6931471805599453 - math.log(high))
        return complex(math.copysign(size, x), y if high == 0.0 else math.copysign(0.25*math.pi, y))
    size = 0.25*math.log1p(4.0*far/((1.0 - far)*(1.0 - far) + high*high))
    return complex(math.copysign(size, x), 0.5*math.atan2(2.0*y, (1.0 - far)*(1.0 + far) - high*high))
'''
DIV = '''
def div_complex(z, w):
    """The quotient, by Smith's method, as NumPy's."""
    a, b, c, d = float(z.real), float(z.imag), float(w.real), float(w.imag)
    if abs(c) >= abs(d):
        if c == 0.0 and d == 0.0:
            return complex(a/abs(c), b/abs(c))
        ratio = d/c
        scale = 1.0/(c + d*ratio)
        return complex((a + b*ratio)*scale, (b - a*ratio)*scale)
    ratio = c/d
    scale = 1.0/(c*ratio + d)
    return complex((a*ratio + b)*scale, (b*ratio - a)*scale)
'''
PRODUCT = '''
# import math
def product_complex(z, w):
    """The product; where both parts are nan, the infinity that C99's annex G gives it."""
    a, b, c, d = z.real, z.imag, w.real, w.imag
    x, y = a*c - b*d, a*d + b*c
    if x == x or y == y:
        return complex(x, y)
    left, right = math.isinf(a) or math.isinf(b), math.isinf(c) or math.isinf(d)
    if left:
        a, b = math.copysign(1.0 if math.isinf(a) else 0.0, a), math.copysign(1.0 if math.isinf(b) else 0.0, b)
        c, d = math.copysign(0.0, c) if c != c else c, math.copysign(0.0, d) if d != d else d
    if right:
        c, d = math.copysign(1.0 if math.isinf(c) else 0.0, c), math.copysign(1.0 if math.isinf(d) else 0.0, d)
        a, b = math.copysign(0.0, a) if a != a else a, math.copysign(0.0, b) if b != b else b
    size = math.inf if left or right else math.nan
    return complex(size*(a*c - b*d), size*(a*d + b*c))
'''
POW = '''
# import math
def pow_complex(z, w):
    """z to the w, by its principal logarithm; a whole power below 100 by products, as NumPy's."""
    z, c, d = complex(float(z.real), float(z.imag)), float(w.real), float(w.imag)
    if c == 0.0 and d == 0.0:
        return complex(1.0, 0.0)
    if z.real == 0.0 and z.imag == 0.0:
        return complex(0.0, 0.0) if c > 0.0 else complex(math.nan, math.nan)
    if d == 0.0 and (c == 1.0 or c == 2.0 or c == 3.0):
        return z if c == 1.0 else z*z if c == 2.0 else z*z*z
    if d == 0.0 and abs(c) < 100.0 and c == math.floor(c):
        left, base, found = int(abs(c)), z, complex(1.0, 0.0)
        while left > 0:
            if left & 1 == 1:
                found = found*base
            base, left = base*base, left >> 1
        return div_complex(complex(1.0, 0.0), found) if c < 0.0 else found
    return exp_complex(product_complex(complex(c, d), log_complex(z)))
'''

SIN = '''
# import math
def sin_complex(z):
    """The sine."""
    x, y = float(z.real), float(z.imag)
    w = sinh_complex(complex(-y, x))
    return complex(w.imag, math.inf if x - x != 0.0 and math.isinf(y) else -w.real)
'''
COS = '''
def cos_complex(z):
    """The cosine."""
    return cosh_complex(complex(-float(z.imag), float(z.real)))
'''

def _turned(name: str, inner: str, doc: str) -> str:
    """The function f(z) = -i*g(iz)."""
    return f'''
def {name}(z):
    """{doc}"""
    w = {inner}(complex(-float(z.imag), float(z.real)))
    return complex(w.imag, -w.real)
'''


TEXTS = {
    "grown": GROWN, "exp_complex": EXP, "exp2_complex": EXP2, "expm1_complex": EXPM1, "log_complex": LOG,
    "log2_complex": LOG2, "log10_complex": LOG10, "log1p_complex": LOG1P, "sqrt_complex": SQRT, "sinh_complex": SINH,
    "cosh_complex": COSH, "tanh_complex": TANH, "sin_complex": SIN,
    "cos_complex": COS, "tan_complex": _turned("tan_complex", "tanh_complex", "The tangent."), "asinh_complex": ASINH,
    "asin_complex": _turned("asin_complex", "asinh_complex", "The inverse of the sine."), "acos_complex": ACOS,
    "atanh_complex": ATANH, "atan_complex": _turned("atan_complex", "atanh_complex", "The inverse of the tangent."),
    "div_complex": DIV, "product_complex": PRODUCT, "pow_complex": POW,
}
NEEDS: dict[str, tuple[str, ...]] = {
    "exp_complex": ("grown",), "exp2_complex": ("grown", "exp_complex"), "log2_complex": ("log_complex",),
    "log10_complex": ("log_complex",), "sinh_complex": ("grown",), "cosh_complex": ("grown",),
    "sin_complex": ("grown", "sinh_complex"), "cos_complex": ("grown", "cosh_complex"),
    "tan_complex": ("tanh_complex",), "asinh_complex": ("log_complex", "sqrt_complex"),
    "asin_complex": ("log_complex", "sqrt_complex", "asinh_complex"),
    "acos_complex": ("log_complex", "sqrt_complex"), "atan_complex": ("atanh_complex",),
    "pow_complex": ("grown", "exp_complex", "log_complex", "div_complex", "product_complex"),
}
# the rows of the op table that have one
ROWS = frozenset(name.removesuffix("_complex") for name in TEXTS) - {"grown", "asinh", "atanh", "product"}
