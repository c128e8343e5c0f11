"""Asking a built program: what the tests of the builder share."""

from gdc.compiler import ir
from gdc.compiler.build import build
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source


def program(text, **types):
    source = Source(text)
    return build(parse(source), source, types)


def types(text, **given):
    """The types of the outputs, as text."""
    made = program(text, **given)
    return {name: str(value.type) for name, value in zip(made.outputs, made.region.results, strict=True)}


def type_of(
    formula,
    head="input X: real[m, n]; input v: real[n]; input k: int[q]; input c: bool[m]; input s: real; input i: int",
):
    """The type of one formula over a few declared names."""
    return types(f"{head}\nresult := {formula}\noutput result")["result"]


def nodes(made, op=None):
    """Every node, or those of one op."""
    return [n for n in ir.walk([*ir.roots(made.region)]) if op in (None, n.op)]


def checks(text):
    """(kind, text of the place) of every check that is left for the run, in order."""
    made = program(text)
    sites = [made.sites[n.get("site")] for n in nodes(made, "check")]
    return [(site.kind, site.span.text) for site in sites]


def demands(text):
    """The pairs of sizes that must be equal on entry."""
    return [(str(d.left), str(d.right)) for d in program(text).demands]


def errors(text, **given):
    """Every error of a text: (kind, line, column, what it says with its hint)."""
    try:
        program(text, **given)
    except Error as error:
        return [(e.kind, e.line, e.column, f"{e.message} {e.hint or ''}") for e in (error, *error.others)]
    return []
