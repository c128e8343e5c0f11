"""Runs of one program, compared: what counts as the same, and what is a bug."""

import re
import traceback
import warnings
from dataclasses import dataclass

import interpret
import numpy as np

import gdc
from gdc.compiler import driver
from gdc.dsl.source import Source
from gdc.runtime import cache, faults, kept

TOLERANCE = 1e-9
PATIENCE = 60    # seconds; on parallel the first run compiles too
NUDGE = 1e-11  # of the inputs, where a difference may be rounding alone
EXACT = 2.0**40  # below this, sums and products of the inputs are exact
SINGLE_TOLERANCE, SINGLE_NUDGE, SINGLE_EXACT = 2e-5, 1e-6, 2.0**13  # the same where f32 takes part


class Faults:
    """The traceback of the last fault of gdc's own, instead of a report in a file."""

    last = ""

    @classmethod
    def save(cls, fault, *rest):
        cls.last = "".join(traceback.format_exception(fault, chain=False))


def isolate():
    """Nothing is read from or written to the user's folders from now on."""
    faults.save_report = Faults.save
    cache.read, cache.write, kept.keep = lambda *_: None, lambda *_: None, lambda *_: None


class Bug(AssertionError):
    """Two ways to run a program do not agree; `where` says which, `what` in a few words how."""

    def __init__(self, where, what, detail=""):
        super().__init__(f"{where}: {what}\n{detail}")
        self.where, self.what = where, what


def internal(where, error):
    """A fault of gdc's own, told apart by the line of gdc that raised it."""
    places = [line.strip() for line in Faults.last.splitlines() if line.strip().startswith("File")]
    words = re.sub(r"'\w+'", "x", error.message.split(": ", 1)[-1]).split("\n")[0]
    at = places[-1].split("/")[-1] if places else ""
    at = "the text" if "gdc_text" in at else at
    return Bug(where, f"internal: {''.join(c for c in words if not c.isdigit())[:80]} @ {at}", f"{Faults.last[-700:]}")


@dataclass
class Outcome:
    """What a run gave: values by name, or an error's kind and line."""

    values: dict
    error: tuple = None
    detail: str = ""


def outcome(program, inputs, backend):
    """A run on one target. What is not a gdc.Error is a bug, and so is an error called internal."""
    lines, Faults.last = [], ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = program.run(dict(inputs), backend=backend, show=lines.append, timeout=PATIENCE)
    except gdc.Error as error:
        if error.kind == "internal":
            raise internal(backend, error) from error
        return Outcome({}, (error.kind, error.line), str(error))
    found = {name: np.asarray(value) for name, value in result.items()}
    found |= {f"trace {name}": np.asarray(value) for name, value in result.trace.items()}
    return Outcome(found | {"printed": np.asarray(len(lines))})


def different(want, got):
    """How two sets of values differ, or None."""
    if list(want) != list(got):
        return f"names {list(got)}, not {list(want)}"
    for name, value in want.items():
        other = got[name]
        if value.shape != other.shape:
            return f"{name}: shape {other.shape}, not {value.shape}"
        if value.dtype != other.dtype:
            return f"{name}: {other.dtype}, not {value.dtype}"
        if not close(value, other):
            return f"{name}: {other.tolist()}, not {value.tolist()}"
    return None


def close(a, b):
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    with np.errstate(all="ignore"):
        size = np.abs(a[np.isfinite(a)])
    scale = max(1.0, float(size.max())) if size.size else 1.0
    tolerance = SINGLE_TOLERANCE if a.dtype in (np.float32, np.complex64) else TOLERANCE
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def is_single(text):
    """Whether f32 takes part in a program."""
    return "f32" in text or "c64" in text


def is_rounding(program, inputs, want, reason):
    """Whether the definition itself says something else when the data move in the eleventh digit, or has left the range
    in which sums and products are exact."""
    exact = SINGLE_EXACT if is_single(program._text) else EXACT
    if any(v.dtype.kind in "fc" and v.size and not np.all(np.abs(v) < exact) for v in want.values.values()):
        return True
    for moved in nudged(program, inputs):
        again = outcome(program, moved, "loops")
        if again.error != want.error or different(want.values, again.values):
            return True
    return False


def nudged(program, inputs):
    """The inputs a little larger, and a little smaller."""
    nudge = SINGLE_NUDGE if is_single(program._text) else NUDGE
    for sign in (1, -1):
        yield {k: v * (1 + sign * nudge) if v.dtype.kind in "fc" else v for k, v in inputs.items()}


def compare(drawn, backends=("numpy",), smooth=True):
    """Holds targets against loops. Gives the outcome on loops."""
    try:
        program = gdc.compile(drawn.text)
    except gdc.Error as error:
        if error.kind == "internal":
            raise internal("check", error) from error
        return Outcome({}, ("refused", error.kind), str(error))
    want = outcome(program, drawn.inputs, "loops")
    if want.error and want.error[0] == "limit":
        return want
    for backend in backends:
        got = outcome(program, drawn.inputs, backend)
        if got.error != want.error:
            if smooth_error(want, got, program, drawn):
                continue
            raise Bug(backend, f"error {got.error}, not {want.error}", f"{got.detail}\n--- loops:\n{want.detail}")
        reason = different(want.values, got.values)
        if reason and not is_rounding(program, drawn.inputs, want, reason):
            raise Bug(backend, "differs", reason)
    return want


def smooth_error(want, got, program, drawn):
    """Whether an error turns on a number's last digits."""
    for moved in nudged(program, drawn.inputs):
        if outcome(program, moved, "loops").error != want.error:
            return True
    return False


UNSIZED = frozenset({"undefined", "project", "loop", "branch", "select", "variable", "input", "const", "param"})


class Patient(interpret.Interpreter):
    """Looks at the values of a check's message only where the check fails, and holds shapes against types."""

    def compute(self, node, frame):
        found = super().compute(node, frame)
        if node.op not in UNSIZED and node.types and node.type.rank:
            atoms = {a for size in node.type.shape for a in size.atoms()}
            if not any(isinstance(a, str) for a in atoms):
                sizes = tuple(self.size(d, frame) for d in node.type.shape)
                if np.shape(found) != sizes:
                    raise Bug("types", f"{node.op} of shape {np.shape(found)}, but its type says {sizes}")
        return found

    def do_check(self, node, frame):
        if not self.value(node.args[0], frame):
            raise interpret.Stopped(node.get("site"))

    do_assert_ = do_check


def stages(drawn, target, want):
    """Interprets the array IR before and after every pass of a target, and holds it against a run on loops."""
    if want.error and want.error[0] in ("shape", "limit", "refused"):
        return  # sizes are held against each other on entry, not by the IR
    program = gdc.compile(drawn.text)
    from gdc.runtime import bind

    face = program._face
    types = bind.value_types(face, bind.named(face, drawn.inputs))
    try:
        done = driver.compile_stages(Source(drawn.text), target, types, last="passes")
    except gdc.Error:  # with the types of these values it is refused: `compare` has seen to that
        return
    for name, stage in (("built", done.built), *done.passed):
        if name == "built" and any(n.op == "grad" for n in interpret.walk(interpret.roots(stage.region))):
            continue
        stage_agrees(f"{target} after {name}", stage, drawn, want)


def stage_agrees(where, stage, drawn, want):
    inputs = {k: np.asarray(v) for k, v in drawn.inputs.items()}
    inputs |= {
        d.name: np.asarray(d.default.value) for d in stage.signature if d.name not in inputs and d.default is not None
    }
    try:
        found = Patient(stage, inputs).run()
    except interpret.Stopped as stop:
        site = stage.sites[stop.args[0]]
        error = (site.kind, site.span.line if site.span else None)
        if want.error != error:
            raise Bug(where, f"error {error}, not {want.error}") from None
        return
    if want.error:
        raise Bug(where, f"no error, not {want.error}")
    kept = {n: v for n, v in want.values.items() if n in found}
    reason = different(kept, {n: np.asarray(found[n]) for n in kept})
    if reason and not is_rounding(gdc.compile(drawn.text), drawn.inputs, want, reason):
        raise Bug(where, "differs", reason)


def against_reference(drawn):
    """Holds loops against the independent judge."""
    import reference

    try:
        program = gdc.compile(drawn.text)
    except gdc.Error as error:
        return Outcome({}, ("refused", error.kind), str(error))
    got = outcome(program, drawn.inputs, "loops")
    try:
        outputs, traces = reference.run(drawn.text, drawn.inputs)
    except reference.Fault as fault:
        if got.error is None or got.error != (fault.kind, fault.line):
            raise Bug(
                "reference", f"error {got.error}, not {(fault.kind, fault.line)}", f"{got.detail}\n{fault}"
            ) from None
        return got
    if got.error and got.error[0] == "shape":
        return got  # two names that are not one size: the reference sees sizes, not names
    if got.error:
        raise Bug("reference", f"error {got.error}, not None", got.detail)
    for name, want in (*outputs.items(), *((f"trace {n}", v) for n, v in traces.items())):
        value = got.values.get(name)
        if value is not None and not value.size and not want.size:
            continue  # a trace never reached has no shape that the reference knows
        if value is None or value.shape != want.shape:
            raise Bug("reference", "shape", f"{name}: {value!r}, not {want!r}")
        tolerance = 1e-5 if name.startswith("dw") else SINGLE_TOLERANCE if is_single(drawn.text) else TOLERANCE
        lost = quotient_loses(outputs) if name.startswith("dw") else 0.0
        if not np.allclose(value * 1.0, want * 1.0, rtol=tolerance, atol=tolerance + lost, equal_nan=True):
            if not is_rounding(program, drawn.inputs, got, "") and not (
                name.startswith("dw") and is_kink(drawn, name, value, want)
            ):
                raise Bug("reference", "differs", f"{name}: {value.tolist()}, not {want.tolist()}")
    return got


def quotient_loses(outputs):
    """What rounding alone may make of a difference quotient of values as large as these."""
    import reference

    sizes = [float(np.abs(v[np.isfinite(v)]).max(initial=0.0)) for v in outputs.values()]
    return 8 * np.finfo(float).eps / reference.STEP * max(sizes, default=0.0)


def is_kink(drawn, name, value, want):
    """Whether the difference quotient says something else near by, or over another distance: a kink, a jump, or a
    formula too steep for it. At a kink's middle value it tends to what we found, no faster than its distance shrinks."""
    import reference

    def differs(again):
        return not np.allclose(again[0][name], want, rtol=0.02, atol=0.02)

    closer = reference.run(drawn.text, drawn.inputs, step=reference.STEP / 7)
    if differs(closer) or np.abs(closer[0][name] - value).max() < 0.2 * np.abs(want - value).max():
        return True
    rng = np.random.default_rng(1)
    moved = (
        {k: v + 1e-3 * rng.standard_normal(v.shape) if v.dtype.kind == "f" else v for k, v in drawn.inputs.items()}
        for _ in range(2)
    )
    return any(differs(reference.run(drawn.text, inputs)) for inputs in moved)
