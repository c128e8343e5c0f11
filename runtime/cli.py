"""The `gdc` command. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click

import gdc
from gdc.dsl.errors import Error
from gdc.dsl.source import Source
from gdc.runtime.program import PRECISIONS, Program
from gdc.runtime.report import EXIT, SCHEMA, complain, complain_json, say, style_signature, style_story

STAGES = ("tree", "ir", "passes", "imp", "loops", "numpy", "parallel", "cuda")
BACKENDS = ("auto", "loops", "numpy", "parallel", "cuda")
STOPPING = "stopping after this round; Ctrl-C again stops at once, and nothing is kept"
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=SETTINGS, invoke_without_command=True)
@click.version_option(gdc.__version__, prog_name="gdc", message="%(prog)s %(version)s")
@click.pass_context
def command(context: click.Context) -> None:
    """gdc compiles formulas as a textbook prints them, and runs them.

    \b
      gdc run fit.gd --set a=0.1            run a script, print its outputs
      gdc run -e "y := 2^10"                run a formula
      gdc check fit.gd                      names, types and shapes only
      gdc explain fit.gd                    what the compiler did, and why
      gdc fmt fit.gd                        put a script into the house style
      gdc test fit.gd                       run the test in its leading comment
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def script_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """FILE or -e, and the options that change what is compiled."""
    for add in (
        click.option("--strict", is_flag=True, help="Keep the grouping of every formula as written."),
        click.option(
            "--precision",
            type=click.Choice(PRECISIONS),
            default="f64",
            show_default=True,
            help="How wide a real is; a complex is twice as wide.",
        ),
        click.option("-e", "formula", metavar="FORMULA", help="Take the program from here instead of from FILE."),
        click.argument("file", required=False),
    ):
        function = add(function)
    return function


def program_from(file: str | None, formula: str | None, **options: Any) -> Program:
    """The program that the command line names. Raises gdc.Error or a usage error."""
    if (file is None) == (formula is None):
        raise click.UsageError("give a FILE ('-' for standard input) or -e FORMULA" + (", not both" if file else ""))
    if formula is not None:
        return gdc.compile(formula, **options)
    if file == "-":
        return gdc.compile(sys.stdin.read(), name="<stdin>", **options)
    if Path(str(file)).is_dir():
        raise click.UsageError(f"{file} is a folder, not a script")
    if not Path(str(file)).exists():
        raise click.UsageError(f"there is no file {file}" + _near(str(file)))
    return gdc.load(str(file), **options)


def _near(file: str) -> str:
    import difflib

    try:
        found = difflib.get_close_matches(Path(file).name, os.listdir(Path(file).parent), n=1)
    except OSError:
        return ""
    return f"; did you mean {Path(file).parent / found[0]}?" if found else ""


# --- run ---------------------------------------------------------------------------------------


@command.command(short_help="Run a script and print its outputs.")
@script_arguments
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="X=PATH",
    help="A value for an input, from a .npy, .npz (X=d.npz:member), .csv or .tsv (X=d.csv:area,rooms) file.",
)
@click.option("--set", "settings", multiple=True, metavar="a=0.1", help="A value for a param, or for a scalar input.")
@click.option("--backend", type=click.Choice(BACKENDS), default="auto", help="The target. auto chooses, and says why.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="How many threads to use at most.")
@click.option("--max-memory", metavar="SIZE", help="Refuse arrays above this size: 2GB, 500MB.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Give up after so long.")
@click.option("--out", metavar="PATH", help="Write outputs and traces to a .npz file or into a folder of .npy files.")
@click.option("--quiet", is_flag=True, help="Print the outputs only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
def run(
    file: str | None,
    formula: str | None,
    strict: bool,
    precision: str,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    backend: str,
    threads: int | None,
    max_memory: str | None,
    timeout: float | None,
    out: str | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a script and print its outputs.

    \b
      gdc run examples/linear_regression.gd --set steps=500
      gdc run fit.gd --input X=d.npz:X --input y=d.csv:price --backend parallel --out result.npz
      gdc run -e "w := w - a*(1/m)*X.T@(X@w+b-y)" --input X=X.npy --input y=y.npy --input w=w.npy \\
              --set a=0.1 --set b=0 --set m=100

    Ctrl-C ends loops after the present step, prints what was computed, and exits with 130.
    Exit codes: 0 ok · 1 syntax, name, type, shape · 2 usage, backend · 3 data · 4 index, value,
    limit · 5 a failed assert · 70 a fault of gdc · 130 interrupted.
    """
    from gdc.runtime.options import input_values, setting_values

    if out is not None:
        from gdc.runtime.data import check_place

        check_place(out)
    program = program_from(file, formula, strict=strict, precision=precision)
    values = {**setting_values(settings), **input_values(inputs, program._face)}
    result = watched(program, values, backend, threads, bytes_of(max_memory), timeout, quiet or as_json)
    show_result(result, quiet, as_json)  # before they are written: a full disk must not lose them
    if out is not None:
        from gdc.runtime.data import write_results

        for path in write_results(out, result, result.trace):
            if not (quiet or as_json):
                say(f"wrote {path}")
    return 130 if result.interrupted else 0


def watched(
    program: Program,
    values: dict[str, Any],
    backend: str,
    threads: int | None,
    max_memory: int | None,
    timeout: float | None,
    quiet: bool,
) -> Any:
    """Runs with a progress bar where standard error is a terminal."""
    bar: Any = nullcontext()
    if not quiet and sys.stderr.isatty():
        from gdc.runtime.progress import Bar

        bar = Bar()

    def watching(watch: Any) -> None:
        watch.heard = lambda: threading.Thread(target=say, args=(STOPPING,)).start()  # a signal may come amid a print
        if following:
            following.follow(watch)

    with bar as following:
        return program.run(
            values,
            backend,
            threads,
            max_memory,
            timeout,
            watching=watching,
            show=(lambda line: click.echo(line, err=True)) if quiet else click.echo,
        )


def show_result(result: Any, quiet: bool, as_json: bool) -> None:
    """The table on standard output; the target, the reason and the times on standard error."""
    from gdc.runtime import choose, show

    if as_json:
        import json

        click.echo(json.dumps(show.result_json(result), ensure_ascii=False))
        return
    if result:
        click.echo(show.outputs_table(result))
    if result.trace:
        click.echo(("\n" if result else "") + show.traces_table(result.trace))
    if result.interrupted:
        say("interrupted: these are the values after the last whole round")
    if not quiet:
        times, how = result.time, "loaded from the cache" if result.cached else "compiled"
        say(
            f"{result.why}\n{how} in {choose.time_text(times['compile'])}, ran in {choose.time_text(times['run'])}"
            + (f", data read in {choose.time_text(times['read'])}" if times["read"] > 0.001 else "")
        )


def bytes_of(text: str | None) -> int | None:
    """`2GB` as bytes."""
    if text is None:
        return None
    units = {"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12}
    number = text.strip().rstrip("bBkKmMgGtT").strip()
    unit = text.strip()[len(text.strip().rstrip("bBkKmMgGtT")) :].lower()
    try:
        return int(float(number) * units[unit])
    except (ValueError, KeyError, OverflowError):
        raise click.UsageError(f"--max-memory: {text} is not a size; write 2GB or 500MB") from None


# --- check, explain, source --------------------------------------------------------------------


@command.command(short_help="Check names, types and shapes; print the signature.")
@script_arguments
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
def check(file: str | None, formula: str | None, strict: bool, precision: str, as_json: bool) -> int:
    """Check names, types and shapes; print the program's signature.

    Nothing is run and no data are read. Several errors are reported at once.

    \b
      gdc check fit.gd
      gdc check -e "y := A@x + b"
    """
    program = program_from(file, formula, strict=strict, precision=precision)
    if as_json:
        import json

        click.echo(json.dumps(signature_json(program), ensure_ascii=False))
        return 0
    if program.signature:
        click.echo(style_signature(program.signature))
    if any(not i.declared for i in program._face.inputs):
        say("inputs without a contract take their types from the values of each call")
    return 0


def signature_json(program: Program) -> dict[str, Any]:
    """A program's face as plain data."""
    face = program._face
    inputs = [
        {
            "name": i.name,
            "element": i.element or None,
            "shape": list(i.dims) if i.element else None,
            "param": i.is_param,
            "finite": i.finite,
            "from": i.path,
            "columns": list(i.members),
        }
        for i in face.inputs
    ]
    known = not any(not i.declared for i in face.inputs)
    outputs, traces = (
        [{"name": o.name, **({"element": o.element, "rank": o.rank} if known else {})} for o in found]
        for found in (face.outputs, face.traces)
    )
    return {
        "schema": SCHEMA,
        "ok": True,
        "inputs": inputs,
        "outputs": outputs,
        "traces": traces,
        "signature": program.signature.split("\n"),
    }


def type_options(types: Sequence[str]) -> dict[str, str]:
    """`X='real[m, n]'` options as a mapping."""
    found = {}
    for word in types:
        name, sign, text = word.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"--type {word}: write NAME='real[m, n]'")
        found[name.strip()] = text.strip().strip("'\"")
    return found


@command.command(short_help="Tell what the compiler did, and why; show any stage.")
@script_arguments
@click.option("--stage", type=click.Choice(STAGES), help="One stage, instead of the record of the passes and the text.")
@click.option("--backend", type=click.Choice(BACKENDS[1:]), default="numpy", show_default=True, help="The target.")
@click.option(
    "--type", "types", multiple=True, metavar="X='real[m, n]'", help="The type of an input without a contract."
)
@click.option("--without", multiple=True, metavar="RULE", help="Leave a rewrite rule out (they stand in brackets).")
@click.option("--size", "sizes", multiple=True, metavar="m=100000", help="A size, to decide by and to show costs for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
def explain(
    file: str | None,
    formula: str | None,
    strict: bool,
    precision: str,
    stage: str | None,
    backend: str,
    types: tuple[str, ...],
    without: tuple[str, ...],
    sizes: tuple[str, ...],
    as_json: bool,
) -> int:
    """Tell what happened to the formulas: each pass with its reason, its cost before and after, and the code.

    \b
      gdc explain fit.gd                          the record of all passes, then the NumPy text
      gdc explain fit.gd --size m=100000 --size n=1000     with costs as numbers
      gdc explain fit.gd --stage loops            as a beginner would program it
      gdc explain fit.gd --stage cuda             the GPU kernels, no GPU needed
      gdc explain -e "g := X.T@(X@w - y)" --type y='real[m]'

    \b
    Stages: tree    the formulas as they were read     ir      values, with types and shapes
            passes  the program after each pass        imp     statements, before they are printed
            loops numpy parallel cuda                  the text of a target
    """
    options = {"types": type_options(types), "without": without}
    program = program_from(file, formula, strict=strict, precision=precision, **options)
    text = program.explain(backend, stage, size_options(sizes), as_json=as_json)
    click.echo(text if as_json or stage not in (None, "passes") else style_story(text))
    return 0


def size_options(words: Sequence[str]) -> dict[str, int]:
    """`m=100_000` options as a mapping."""
    found = {}
    for word in words:
        name, _, text = word.partition("=")
        try:
            found[name.strip()] = int(text.replace(",", "_"))
        except ValueError:
            raise click.UsageError(f"--size {word}: write NAME=NUMBER, such as m=100000") from None
    return found


@command.command(short_help="Print the text that runs on a target.")
@script_arguments
@click.option("--backend", type=click.Choice(BACKENDS[1:]), default="numpy", show_default=True, help="The target.")
@click.option(
    "--type", "types", multiple=True, metavar="X='real[m, n]'", help="The type of an input without a contract."
)
def source(
    file: str | None, formula: str | None, strict: bool, precision: str, backend: str, types: tuple[str, ...]
) -> int:
    """Print the text that runs: complete Python that needs only NumPy (and Numba or CuPy).

    \b
      gdc source fit.gd --backend parallel > fit.py
    """
    program = program_from(file, formula, strict=strict, precision=precision, types=type_options(types))
    click.echo(program.source(backend), nl=False)
    return 0


# --- fmt ---------------------------------------------------------------------------------------


@command.command(short_help="Put scripts into the house style.")
@click.argument("paths", nargs=-1, metavar="FILE…")
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change, and exit with 1.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def fmt(paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Put scripts into the house style: spaces, indentation, blank lines.

    Comments, line breaks in formulas and the textbook's signs stay as they are, and so does the meaning. A FILE may be
    a folder, for all its .gd files, or '-' for standard input, which is printed to standard output.

    \b
      gdc fmt fit.gd                     rewrites the file, if it changes
      gdc fmt --check examples/          for a commit hook
      gdc fmt --diff fit.gd              shows what would change

    Exit codes: 0 ok · 1 --check found a file to change, or a script does not parse (it is left as it is) · 2 usage ·
    3 a file cannot be read or written.
    """
    from gdc.runtime.restyle import restyle, restyled

    if not paths:
        raise click.UsageError("give a FILE, a folder, or '-' for standard input")
    code = 0
    changed = same = 0
    for path in script_paths(paths):
        try:
            if path == "-":
                old = sys.stdin.read()
                new = restyled(old, "<stdin>")
                if not (check or diff):
                    click.echo(new, nl=False)
            else:
                old, new = restyle(path, write=not (check or diff))
        except Error as error:
            complain(error)
            code = max(code, EXIT.get(error.kind, 70))
            continue
        if old == new:
            same += 1
            continue
        changed += 1
        if diff:
            click.echo(difference(path, old, new), nl=False)
        if path != "-":
            say(f"{'would format' if check or diff else 'formatted'} {path}")
    if check and changed:
        code = max(code, 1)
    if changed + same > 1:
        say(f"{changed} {'to change' if check or diff else 'changed'}, {same} as they should be")
    return code


def script_paths(paths: Sequence[str]) -> list[str]:
    """The scripts that the command line names: files, and all .gd files of folders. Raises a usage error."""
    found: list[str] = []
    for path in paths:
        if path != "-" and Path(path).is_dir():
            inside = sorted(str(p) for p in Path(path).rglob("*.gd") if not any(q.startswith(".") for q in p.parts))
            if not inside:
                raise click.UsageError(f"there is no .gd file in {path}")
            found += inside
        elif path != "-" and not Path(path).is_file():
            raise click.UsageError(f"there is no file {path}" + _near(path))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def difference(path: str, old: str, new: str) -> str:
    """A unified diff."""
    import difflib

    lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, path)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


# --- test --------------------------------------------------------------------------------------


@command.command(short_help="Run the tests that scripts carry in their leading comments.")
@click.argument("paths", nargs=-1, metavar="FILE…")
@click.option(
    "--backend",
    "targets",
    type=click.Choice(BACKENDS[1:]),
    multiple=True,
    help="Only this target (may be given again).  [default: every target that this machine can use]",
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Give up a run after this.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
def test(paths: tuple[str, ...], targets: tuple[str, ...], timeout: float | None, as_json: bool) -> int:
    """Run the tests that scripts carry in their leading comments, on every target that this machine can use.

    \b
      # Least squares through three points.
      # input x = [0, 1, 2]
      # input y = [1.0, 3.0, 5.0]
      # expect slope = 2.0
      # expect offset = np.mean(y) - 2*np.mean(x)
      # tolerance 1e-12

    \b
    A value is a NumPy formula over the inputs above it. Further lines: expect trace J = …, expect only a, b (the
    outputs, in order), exact (bit for bit), and error index 3: words (the script must be refused there).
    A FILE may be a folder, for all its .gd files; those without a test are counted and left out.

    \b
      gdc test fit.gd
      gdc test lessons/ --backend loops --backend numpy

    Exit codes: 0 all passed · 1 a test failed or cannot be read · 2 usage, or there is no test.
    """
    from gdc.runtime import machine, testing

    if not paths:
        raise click.UsageError("give a FILE or a folder")
    chosen = list(dict.fromkeys(targets)) or [b.name for b in machine.backends() if b.usable]
    found: list[testing.Outcome] = []
    untested, unread = [], 0
    scripts = script_paths(paths)
    for k, path in enumerate(scripts):
        try:
            case = testing.read_case(path)
        except Error as error:
            complain(error)
            unread += 1
            continue
        if not case.says_something:
            untested.append(path)
            continue
        with working(f"{k + 1}/{len(scripts)} {path}"):
            found += testing.outcomes(gdc.load, path, case, chosen, timeout)
    if as_json:
        import json

        click.echo(json.dumps(testing.as_json(found, untested, SCHEMA), ensure_ascii=False))
    elif found:
        show_tests(found, chosen)
    if untested:
        say(f"without a test (no `# expect` or `# error` line): {', '.join(untested[:5])}"
            + (f" and {len(untested) - 5} more" if len(untested) > 5 else ""))
    if unread or not all(o.passed for o in found):
        return 1
    return 0 if found else 2


def show_tests(found: Sequence[Any], targets: Sequence[str]) -> None:
    """The table, then each failure with the line of the header that it breaks."""
    from gdc.runtime import show, testing

    click.echo(show.table(testing.rows(found, targets)))
    for path, where, error in testing.grouped(found):
        click.echo(f"\n{path} on {', '.join(where)}:")
        click.echo("".join(text for text, _ in error.pieces()).rstrip("\n"))
    failed = sum(not o.passed for o in found)
    scripts = len({o.path for o in found})
    click.echo(f"\n{scripts} script{'s' * (scripts != 1)}, {len(found)} runs: "
               + (f"{failed} failed" if failed else "all passed"))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Names what is going on, where standard error is a terminal."""
    shown = sys.stderr.isatty()
    if shown:
        click.echo(f"\r\x1b[K{what}", err=True, nl=False)
    try:
        yield
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


# --- backends ----------------------------------------------------------------------------------


@command.command(short_help="List the targets and what this machine can use.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
def backends(as_json: bool) -> int:
    """List the targets, what this machine can use, and what is missing for the rest."""
    from gdc.runtime import machine, show

    found = list(machine.backends())
    facts = {
        "gdc": gdc.__version__,
        "Python": sys.version.split()[0],
        "cores": machine.cores(),
        "threads": machine.threads(),
        "free memory": machine.free_memory(),
        "BLAS": machine.blas(),
    }
    if as_json:
        import json

        click.echo(
            json.dumps(
                {
                    "schema": SCHEMA,
                    "machine": facts,
                    "backends": [
                        {"name": b.name, "usable": b.usable, "about": b.about, "hint": b.hint, "emulated": b.emulated}
                        for b in found
                    ],
                }
            )
        )
        return 0
    rows = [["backend", "usable", ""]] + [[b.name, "yes" if b.usable else "no", b.about] for b in found]
    click.echo(show.table(rows))
    for b in found:
        if b.hint and not b.usable:
            click.echo(f"{b.name}: {b.hint}")
    from gdc.runtime.bind import bytes_text

    click.echo(
        f"\ngdc {facts['gdc']}, Python {facts['Python']}, {facts['cores']} cores, {facts['threads']} threads, "
        f"{bytes_text(machine.free_memory())} of memory free\nBLAS: {'; '.join(machine.blas()) or 'none found'}"
    )
    return 0


# --- the way in --------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code. No traceback ever reaches the user."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    try:
        code = command.main(words, prog_name="gdc", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except Error as error:
        if "--json" in words:
            complain_json(error)
        complain(error)
        return EXIT.get(error.kind, 70)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as usage:
        usage.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return 130
    except BrokenPipeError:
        drop_output()
        return 0
    except OSError as why:
        if why.filename is not None:
            return fault_of(why, words)
        drop_output()
        complain(Error("data", f"standard output takes no more: {why.strerror or why}"))
        return EXIT["data"]
    except Exception as fault:
        return fault_of(fault, words)


def open_streams() -> None:
    """A stream that the caller closed takes everything and keeps nothing."""
    sys.stdout = sys.stdout or open(os.devnull, "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")


def drop_output() -> None:
    """What is still to be written to standard output goes nowhere: Python would fail on it as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def fault_of(fault: Exception, words: Sequence[str]) -> int:
    """Reports a fault of ours; its exit code."""
    from gdc.runtime.faults import internal

    complain(internal(fault, f"running the command gdc {' '.join(words[:1])}", Source("").text))
    return EXIT["internal"]


__all__ = ["command", "main"]
