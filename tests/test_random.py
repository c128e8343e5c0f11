"""Random numbers: the published answers, the same on every target and any number of threads, and of good quality."""

import numpy as np
import pytest
from reference import random_numbers as judge
from scipy import special, stats

import gdc
from gdc.compiler import random_numbers

TARGETS = ("loops", "numpy", "parallel", "cuda")
# Random123's kat_vectors: counter, key, the words that philox4x32-10 gives.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
names = {"np": np}
for text in (*random_numbers.SCALAR.values(), *random_numbers.WHOLE.values()):
    exec(text.replace("# import", "import"), names)


def signed(low, high):
    return np.uint64(high << 32 | low).astype(np.int64)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers(counter, key, words):
    assert judge.philox(counter, key) == words
    wanted = words[0] << 31 | words[1] >> 1
    with np.errstate(over="ignore"):
        assert names["philox"](signed(*key), signed(*counter[:2]), counter[2], counter[3]) == wanted
    many = np.full(20_000, signed(*counter[:2]))
    assert np.all(names["all_philox"](signed(*key), many, counter[2], counter[3]) == wanted)


def drawn(text, target="parallel", **values):
    return gdc.compile(f"x := {text}").run(values, backend=target)["x"]


@pytest.mark.parametrize("target", TARGETS)
def test_equal_on_every_target(target, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    text = "u := rand(s, 7, 3); z := randn(s, 50); k := randint(s, -5, 6, 40); p := permutation(s, 30)"
    for seed in (0, 1, -1, 2**40 + 17, -(2**63)):
        got = gdc.compile(f"input s: int\n{text}").run({"s": seed}, backend=target)
        np.testing.assert_array_equal(got.u, judge.rand(seed, 7, 3))
        np.testing.assert_allclose(got.z, judge.randn(seed, 50), rtol=3e-15)
        np.testing.assert_array_equal(got.k, judge.randint(seed, -5, 6, 40))
        np.testing.assert_array_equal(got.p, judge.permutation(seed, 30))


def test_the_same_bits_on_any_number_of_threads():
    program = gdc.compile("u := rand(5, 300000); z := randn(5, 300000); k := randint(5, 0, 7, 300000)")
    one, two = (program.run({}, backend="parallel", threads=n) for n in (1, 2))
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])
    np.testing.assert_array_equal(one["u"], program.run({}, backend="numpy")["u"])


def test_large_ranges_draw_again():
    low, high = -(2**61) - 1, 2**61  # every second draw falls outside
    for target in ("loops", "numpy", "parallel"):
        got = gdc.compile("k := randint(1, lo, hi, 300)").run({"lo": low, "hi": high}, backend=target)["k"]
        np.testing.assert_array_equal(got, judge.randint(1, low, high, 300))
    attempts = [judge.bits(1, place, 2) >= 2**63 // (high - low) * (high - low) for place in range(300)]
    assert 0 < sum(attempts) < 300


@pytest.mark.parametrize(("low", "high"), [(3, 3), (4, 3), (-(2**62), 2**62), (-(2**63), 2**63 - 1)])
def test_an_empty_range_is_refused(low, high):
    with pytest.raises(gdc.Error) as caught:
        drawn("randint(1, lo, hi, 4)", "numpy", lo=low, hi=high)
    assert caught.value.kind == "value" and "lo < hi" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rand()", "takes 1"),
        ("rand(1.5, 3)", "the seed must be an int scalar"),
        ("randn([1, 2], 3)", "the seed must be an int scalar"),
        ("randint(1, 0, 2.5)", "hi must be an int scalar"),
        ("randint(1, 2)", "takes 3"),
        ("permutation(1)", "takes 2"),
        ("rand(1, 2.5)", "a size must be an int scalar"),
    ],
)
def test_wrong_arguments(text, words):
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(f"x := {text}")
    assert caught.value.kind == "type" and words in str(caught.value)


def test_a_seed_has_no_derivative():
    got = gdc.compile("input w: real\nJ := sum((w*randn(3, 10))^2)\ng := grad(J, w)").run({"w": 2.0}, backend="numpy")
    assert got["g"] == pytest.approx(got["J"])  # J is w^2 times a constant, and w is 2
    with pytest.raises(gdc.Error, match="derivatives are taken by reals"):
        gdc.compile("input s: int\nJ := sum(rand(s, 3))\ng := grad(J, s)")


# --- quality: the seeds are fixed, so these are facts of the generator, not chances of a run ---------------------

SEEDS = (0, 1, 12345, -9)
MANY = 200_000
FAIR = 1e-4  # how improbable a statistic may be; 60 of them are looked at


@pytest.fixture(scope="module", params=SEEDS)
def sample(request):
    text = f"u := rand(s, {MANY}); z := randn(s, {MANY}); k := randint(s, -3, 10, {MANY})"
    return gdc.compile(f"input s: int\n{text}").run({"s": request.param}, backend="parallel")


def improbable(deviations):
    """The two-sided probability of a standard normal statistic."""
    return 2 * special.ndtr(-abs(deviations))


def test_moments(sample):
    u, z = sample["u"] - 0.5, sample["z"]
    for values, power, mean, variance in [
        (u, 1, 0, 1 / 12),
        (u, 2, 1 / 12, 1 / 180),
        (u, 3, 0, 1 / 448),
        (u, 4, 1 / 80, 1 / 2304 - 1 / 6400),
        (z, 1, 0, 1),
        (z, 2, 1, 2),
        (z, 3, 0, 15),
        (z, 4, 3, 96),
    ]:
        statistic = (np.mean(values**power) - mean) / np.sqrt(variance / MANY)
        assert improbable(statistic) > FAIR, (power, statistic)


def test_distribution(sample):
    assert stats.kstest(sample["u"], "uniform").pvalue > FAIR
    assert stats.kstest(sample["z"], "norm").pvalue > FAIR
    assert stats.chisquare(np.histogram(sample["u"], 1000, (0, 1))[0]).pvalue > FAIR
    assert stats.chisquare(np.bincount(sample["k"] + 3, minlength=13)).pvalue > FAIR
    assert sample["k"].min() == -3 and sample["k"].max() == 9
    bits = np.unpackbits((sample["u"] * 2**53).astype(">u8").view(np.uint8)).reshape(MANY, 64)[:, 11:]
    assert np.all(improbable((bits.sum(0) - MANY / 2) / np.sqrt(MANY / 4)) > FAIR)


@pytest.mark.parametrize("lag", [1, 2, 3, 7, 64, 1000, 65536])
def test_serial_correlation(sample, lag):
    for values in (sample["u"] - 0.5, sample["z"]):
        r = np.mean(values[lag:] * values[:-lag]) / np.mean(values**2)
        assert improbable(r * np.sqrt(MANY - lag)) > FAIR


def test_neighbours_fill_the_plane_and_the_cube(sample):
    cells = (sample["u"] * 16).astype(int)
    assert stats.chisquare(np.bincount(cells[::2] * 16 + cells[1::2], minlength=256)).pvalue > FAIR
    a, b, c = (cells[k : MANY // 3 * 3 : 3] // 2 for k in range(3))
    assert stats.chisquare(np.bincount((a * 8 + b) * 8 + c, minlength=512)).pvalue > FAIR


def test_seeds_and_streams_do_not_go_together():
    """Neighbouring seeds, and the streams of one seed, are independent."""
    draw = gdc.compile("input s: int\nu := rand(s, 50000); z := randn(s, 50000); k := randint(s, 0, 1000, 50000)")
    rows = []
    for seed in (0, 1, 2, 2**32, 2**32 + 1):
        got = draw.run({"s": seed}, backend="parallel")
        rows += [got[name].astype(float) for name in ("u", "z", "k")]
    r = np.corrcoef(rows)
    off = r[np.triu_indices(len(rows), 1)]
    assert np.all(improbable(off * np.sqrt(50_000)) > FAIR / 10)


def test_small_ranges_have_no_bias():
    """Of 2^62 + 1 values a remainder alone would make the lower half twice as likely."""
    k = gdc.compile(f"k := randint(4, 0, {2**62 + 1}, 20000)").run({}, backend="parallel")["k"]
    below = int(np.sum(k < 2**61))
    assert improbable((below - 10_000) / np.sqrt(5_000)) > FAIR


def test_every_permutation_is_as_likely():
    draw = gdc.compile("input s: int\np := permutation(s, 5)")
    codes = [int("".join(map(str, draw.run({"s": s}, backend="numpy")["p"])), 5) for s in range(6000)]
    _, counts = np.unique(codes, return_counts=True)
    assert len(counts) == 120
    assert stats.chisquare(counts).pvalue > FAIR
    # and each number is at each place as often
    table = gdc.compile("P := [permutation(s, 8) for s in 0..2000]").run({}, backend="parallel")["P"]
    for place in table.T:
        assert stats.chisquare(np.bincount(place, minlength=8)).pvalue > FAIR


def test_the_quantile_is_accurate():
    """randn goes through the normal quantile, within 5 ulp of the truth (mpmath as judge)."""
    import math

    import mpmath

    mpmath.mp.dps = 40
    rng = np.random.default_rng(5)
    for p in (*rng.random(60), *10.0 ** (-16 * rng.random(30)), *(1 - 2.0 ** (-50 * rng.random(30)))):
        got = names["normal_quantile"](np.float64(p))
        wanted = mpmath.findroot(
            lambda x, p=p: mpmath.ncdf(x) - p if p < 0.5 else (1 - mpmath.mpf(float(p))) - mpmath.ncdf(-x),
            mpmath.mpf(float(got)),
        )
        assert abs(float(wanted - float(got))) <= 5 * math.ulp(abs(float(wanted))), p


@pytest.mark.parametrize("backend", ["numpy", "parallel"])
def test_single_precision_stays_below_one(backend):
    """Bits are cut off, not rounded, so that no number is 1 and randn never infinite."""
    script = "x := rand(1, 1000000); m := max(x); z := randn(2, 1000000); far := max(abs(z))"
    single, double = (gdc.compile(script, precision=p).run(backend=backend) for p in ("f32", "f64"))
    assert single["x"].dtype == np.float32
    np.testing.assert_array_equal(single["x"], np.floor(double["x"] * 2.0**24) / 2.0**24)
    assert single["m"] < 1 and np.isfinite(single["far"])
