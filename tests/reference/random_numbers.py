"""Random numbers for the judge: Philox 4x32-10 on Python's ints, from the paper, sharing nothing with the compiler."""

from statistics import NormalDist

import numpy as np

WORD = 2**32


def philox(counter, key):
    """Four words of 32 bits from a counter of four and a key of two (Salmon et al. 2011, figure 2)."""
    a, b, c, d = counter
    k, l = key
    for _ in range(10):
        x, y = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = y // WORD ^ b ^ k, y % WORD, x // WORD ^ d ^ l, x % WORD
        k, l = (k + 0x9E3779B9) % WORD, (l + 0xBB67AE85) % WORD
    return a, b, c, d


def bits(seed, place, stream, attempt=0):
    seed, place = int(seed) % 2**64, int(place) % 2**64
    a, b, _, _ = philox((place % WORD, place // WORD, attempt, stream), (seed % WORD, seed // WORD))
    return (a * WORD + b) // 2


def below(seed, place, stream, count):
    """Uniform among count values: bits from the last, incomplete round of remainders are drawn again."""
    attempt, drawn = 0, bits(seed, place, stream)
    while drawn >= 2**63 // count * count:
        attempt += 1
        drawn = bits(seed, place, stream, attempt)
    return drawn % count


def entries(entry, shape):
    shape = [int(n) for n in shape]
    return np.array([entry(k) for k in range(int(np.prod(shape)))]).reshape(shape)


def rand(seed, *shape):
    return entries(lambda k: bits(seed, k, 0) // 2**10 / 2**53, shape).astype(float)


def randn(seed, *shape):
    quantile = NormalDist().inv_cdf
    return entries(lambda k: quantile((bits(seed, k, 1) // 2**11 + 0.5) / 2**52), shape).astype(float)


def randint(seed, low, high, *shape):
    low, high = int(low), int(high)
    return entries(lambda k: low + below(seed, k, 2, high - low), shape).astype(np.int64)


def permutation(seed, n):
    return np.array(sorted(range(int(n)), key=lambda k: bits(seed, k, 3)), dtype=np.int64)


FUNCTIONS = {"rand": rand, "randn": randn, "randint": randint, "permutation": permutation}
