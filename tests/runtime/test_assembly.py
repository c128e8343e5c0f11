"""`explain --stage asm`: which loops are vector code, how wide, and why not."""

import platform
import re

import pytest

import gdc
from gdc.runtime.assembly import Loop, innermost, lanes, plain

X86 = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86's instructions")


def verdict_of(formula, head="input x: real[n]\ninput k: int[n]\n"):
    """What is said of the loop of a script's last line."""
    text = gdc.compile(head + formula).explain(stage="asm")
    assert formula.splitlines()[-1] in text, text
    return re.findall(r"^  (\w.*)$", text, re.M)[-1]


@X86
@pytest.mark.parametrize(("formula", "said"), [
    ("y := 2*x + x^2", r"vector code: [248] entries at a time \((128|256|512) bits\)$"),
    ("s := sum(x*x)", r"vector code: [248] entries at a time"),
    ("y := lgamma(x)", "one entry at a time: it calls lgamma, which takes one number"),
    ("y := sin(x)", r"vector code: [248] entries at a time \((128|256|512) bits\); sin by calls, as many at a time$"),
    ("s := 0.0\nfor i in 0..n { s := sin(s) + x[i] }", "one entry at a time: it calls sin, which takes one number"),
    ("q := k//3", "one entry at a time: the machine divides ints one by one"),
    ("z := x\nfor i in 1..n { z[i] := 0.5*z[i - 1] + x[i] }", "one entry at a time: each round needs z of the round"),
    ("s := 0.0\nfor i in 0..n { s := s + x[k[i]] if x[i] > 0 else s*0.5 }", "one entry at a time: each round needs s"),
])
def test_verdicts(formula, said):
    assert re.search(said, verdict_of(formula)), verdict_of(formula)


@X86
def test_the_code_shown_is_what_numba_made():
    text = gdc.compile("input x: real[n]\ny := 2*x + 1").explain(stage="asm")
    assert re.search(r"^        \w+ .*%[xyz]mm", text, re.M)
    assert "line 2  y := 2*x + 1" in text and "2.0 * x" in text


@pytest.mark.parametrize(("target", "words"), [("loops", "interpreter"), ("numpy", "BLAS"), ("cuda", "GPU")])
def test_other_targets_have_none_of_ours(target, words):
    assert words in gdc.compile("y := [1.0, 2.0] + 1").explain(target, stage="asm")


TWO_LOOPS = """
f:
\t.loc\t1 10 1
.LBB0_1:
\tvaddpd\t(%rdi), %ymm0, %ymm0
.LBB0_2:
\t.loc\t1 12 1
\tmovabsq\t$exp, %rbx
\tvmovsd\t(%rsi), %xmm0
\tcallq\t*%rbx
\tvaddsd\t%xmm0, %xmm1, %xmm1
\tjne\t.LBB0_2
\tjne\t.LBB0_1
.LBB0_3:
\t.loc\t1 20 1
\tvfmadd231pd\t(%rdx,%rcx,8), %zmm7, %zmm4
\tjne\t.LBB0_3
"""


def test_loops_are_jumps_backwards_with_none_inside():
    first, second = innermost(TWO_LOOPS)
    assert (set(first.lines), first.calls, lanes(first.code)) == ({12}, ("exp",), (1, 0))
    assert (set(second.lines), second.calls, lanes(second.code)) == ({20}, (), (8, 512))


@pytest.mark.parametrize(("code", "width"), [
    (["vaddps %ymm1, %ymm2, %ymm3"], (8, 256)),
    (["addpd %xmm1, %xmm2"], (2, 128)),
    (["vpaddq %ymm1, %ymm2, %ymm3"], (4, 256)),
    (["vpaddd %ymm1, %ymm2, %ymm3"], (8, 256)),
    (["vmovupd (%rax), %ymm3", "vmovupd %ymm3, (%rbx)"], (4, 256)),
    (["vmaxsd (%rdi), %xmm0, %xmm1", "vmovapd %xmm1, %xmm0"], (1, 0)),
    (["vxorpd %xmm1, %xmm1, %xmm1", "vsubsd %xmm0, %xmm1, %xmm2"], (1, 0)),
    (["addq $1, %rax"], (1, 0)),
])
def test_widths(code, width):
    assert lanes(Loop((), tuple(code), ()).code) == width


def test_names_of_functions():
    assert plain("exp") == "exp"
    assert plain("_ZN24gdc_text_0123456789abcde10all_randomB3v12B4c8tJE5ArrayIdLi1E") == "all_random"
