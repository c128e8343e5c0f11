"""The `gdc` command, one file a subcommand. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

import gdc
from gdc.dsl.errors import Error
from gdc.dsl.source import Source
from gdc.runtime.cli import backends, bench, cache, check, explain, fmt, help, run, source, test
from gdc.runtime.report import EXIT, complain, complain_json, say

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
      gdc bench fit.gd                      time it on every target
      gdc help sort                         look up a function or a statement
      gdc cache                             what is kept of compilations; why something was compiled anew
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for subcommand in (run.run, check.check, explain.explain, source.source, fmt.fmt, test.test, bench.bench, help.help,
                   backends.backends, cache.cache):
    command.add_command(subcommand)


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
