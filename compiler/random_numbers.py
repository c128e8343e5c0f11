"""The functions that random numbers are made of, as text that loops, Numba and CUDA share, and as NumPy text.

Each number is a function of a seed and a place alone, so that no order and no number of threads can change it: words
0 and 1 of Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011). Its key is
the seed, its counter the place (64 bits), the attempt, and the stream, which parts rand from randn and the others.
Products of 32-bit words keep their low 64 bits in a signed int, and every word is masked, so that ints that wrap and
ints that grow agree.

`WHOLE` are the same functions over arrays; what a function calls stands in NEEDS.
"""

from __future__ import annotations

STREAMS = {"rand": 0, "randn": 1, "randint": 2, "permutation": 3}

PHILOX = '''
def philox(seed, place, attempt, stream):
    """63 bits of Philox 4x32-10 (Salmon et al. 2011): key seed, counter (place, attempt, stream)."""
    a, b, c, d = place & 0xFFFFFFFF, (place >> 32) & 0xFFFFFFFF, attempt & 0xFFFFFFFF, stream & 0xFFFFFFFF
    k, l = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF
    for _ in range(10):
        x, y = a * 0xD2511F53, c * 0xCD9E8D57
        a, b = ((y >> 32) & 0xFFFFFFFF) ^ b ^ k, y & 0xFFFFFFFF
        c, d = ((x >> 32) & 0xFFFFFFFF) ^ d ^ l, x & 0xFFFFFFFF
        k, l = (k + 0x9E3779B9) & 0xFFFFFFFF, (l + 0xBB67AE85) & 0xFFFFFFFF
    return (a << 31) | (b >> 1)
'''

RANDOM_BITS = '''
def random_bits(seed, place, stream):
    """63 random bits that belong to a place."""
    return philox(seed, place, 0, stream)
'''

# All 2^63 values but the last few, which would favour small remainders.
RANDOM_BELOW = '''
def random_below(seed, place, stream, count):
    """A random int from 0 to count - 1, each as likely: bits above the last whole multiple of count are drawn again."""
    last = 9223372036854775807 - (9223372036854775807 % count + 1) % count
    attempt, bits = 0, philox(seed, place, 0, stream)
    while bits > last:
        attempt += 1
        bits = philox(seed, place, attempt, stream)
    return bits % count
'''

NORMAL_QUANTILE = '''
# import math
def normal_quantile(p):
    """The x below which a standard normal variable lies with probability p (Wichura 1988, algorithm AS 241)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q*q
        top = (((((((2509.0809287301226727*r + 33430.575583588128105)*r + 67265.770927008700853)*r
                  + 45921.953931549871457)*r + 13731.693765509461125)*r + 1971.5909503065514427)*r
                  + 133.14166789178437745)*r + 3.3871328727963666080)
        low = (((((((5226.4952788528545610*r + 28729.085735721942674)*r + 39307.895800092710610)*r
                  + 21213.794301586595867)*r + 5394.1960214247511077)*r + 687.18700749205790830)*r
                  + 42.313330701600911252)*r + 1.0)
        return q*top/low
    tail = p if q < 0.0 else 1.0 - p
    if not tail > 0.0:
        return np.float64(math.nan if tail != 0.0 else math.copysign(math.inf, q))
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r = r - 1.6
        top = (((((((7.74545014278341407640e-4*r + 0.0227238449892691845833)*r + 0.241780725177450611770)*r
                  + 1.27045825245236838258)*r + 3.64784832476320460504)*r + 5.76949722146069140550)*r
                  + 4.63033784615654529590)*r + 1.42343711074968357734)
        low = (((((((1.05075007164441684324e-9*r + 5.47593808499534494600e-4)*r + 0.0151986665636164571966)*r
                  + 0.148103976427480074590)*r + 0.689767334985100004550)*r + 1.67638483018380384940)*r
                  + 2.05319162663775882187)*r + 1.0)
    else:
        r = r - 5.0
        top = (((((((2.01033439929228813265e-7*r + 2.71155556874348757815e-5)*r + 1.24266094738807843860e-3)*r
                  + 0.0265321895265761230930)*r + 0.296560571828504891230)*r + 1.78482653991729133580)*r
                  + 5.46378491116411436990)*r + 6.65790464350110377720)
        low = (((((((2.04426310338993978564e-15*r + 1.42151175831644588870e-7)*r + 1.84631831751005468180e-5)*r
                  + 7.86869131145613259100e-4)*r + 0.0148753612908506148525)*r + 0.136929880922735805310)*r
                  + 0.599832206555887937690)*r + 1.0)
    return np.float64(-top/low if q < 0.0 else top/low)
'''

SCALAR = {"philox": PHILOX, "random_bits": RANDOM_BITS, "random_below": RANDOM_BELOW,
          "normal_quantile": NORMAL_QUANTILE}
NEEDS: dict[str, tuple[str, ...]] = {
    "random_bits": ("philox",), "random_below": ("philox",), "all_random_bits": ("all_philox",),
    "all_random_below": ("all_philox",)}

# A part at a time and in the same room, so that it stays in the cache; the last round finds only what is used.
WHOLE = {
    "all_philox": '''
def all_philox(seed, place, attempt, stream):
    """63 bits of Philox 4x32-10 (Salmon et al. 2011) for each place: key seed, counter (place, attempt, stream)."""
    shape, part, low = np.broadcast_shapes(np.shape(seed), np.shape(place)), 16384, 0xFFFFFFFF
    seeds, places = (np.asarray(v, np.int64).view(np.uint64) for v in (seed, place))
    seeds = np.broadcast_to(seeds, shape).ravel() if seeds.ndim else seeds
    places = np.broadcast_to(places, shape).ravel()
    found = np.empty(places.size, np.uint64)
    room = np.empty((6, min(part, places.size)), np.uint64)
    for start in range(0, places.size, part):
        here = slice(start, start + part)
        p, s = places[here], seeds[here] if seeds.ndim else seeds
        a, b, c, d, x, y = room[:, :p.size]
        a[:], b[:], c[:], d[:], k, l = p & low, p >> 32, attempt & low, stream & low, s & low, s >> 32
        for turn in range(10):
            np.multiply(c, 0xCD9E8D57, out=y)
            if turn < 9:
                np.multiply(a, 0xD2511F53, out=x)
                np.right_shift(x, 32, out=c)
                c ^= d
                c ^= l
                np.bitwise_and(x, low, out=d)
            np.right_shift(y, 32, out=a)
            a ^= b
            a ^= k
            np.bitwise_and(y, low, out=b)
            k, l = (k + 0x9E3779B9) & low, (l + 0xBB67AE85) & low
        a <<= 31
        b >>= 1
        np.bitwise_or(a, b, out=found[here])
    return found.view(np.int64).reshape(shape)[()]
''',
    "all_random_bits": RANDOM_BITS.replace("def ", "def all_").replace(" philox(", " all_philox("),
    "all_random_below": '''
def all_random_below(seed, place, stream, count):
    """Random ints from 0 to count - 1, each as likely: bits above the last whole multiple of count are drawn again."""
    last = 9223372036854775807 - (9223372036854775807 % count + 1) % count
    attempt, bits = 0, all_philox(seed, place, 0, stream)
    while np.any(bits > last):
        attempt += 1
        bits = np.where(bits > last, all_philox(seed, place, attempt, stream), bits)
    return bits % count
''',
}
