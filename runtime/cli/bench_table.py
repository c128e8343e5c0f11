"""What `gdc bench` prints: a table for each choice of sizes, and what this machine can do at most."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from gdc.runtime.report import say

WIDTH = 160  # where standard output is no terminal


def show(found: Sequence[Any], roof: Any) -> None:
    """A table for each choice of sizes."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    for one in found:
        console.print(table_of(one, roof))
        for name, why in one.failed.items():
            console.print(f"  {name} is left out: {why}", markup=False)
        if one.drawn:
            say(one.drawn)
    console.print(f"This machine: {roof.bandwidth / 1e9:.1f} GB/s read by a matrix-vector product, "
                  f"{roof.peak / 1e9:.0f} GFLOP/s by a matrix product, {roof.precision}.")


def table_of(one: Any, roof: Any) -> Any:
    from rich import box
    from rich.table import Table

    from gdc.runtime.benching import figures
    from gdc.runtime.choose import time_text

    title = ", ".join(f"{name} = {size:,}" for name, size in one.sizes.items())
    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    shown.add_column("way")
    for heading in ("median", "spread", "× fastest", "flops", "GFLOP/s", "of peak", "bytes", "GB/s", "of memory",
                    "passes", "reads"):
        shown.add_column(heading, justify="right")
    rows = [figures(way, one, roof) for way in one.ways if way.samples]
    least = min((row["seconds"]["median"] for row in rows), default=1.0)
    for row in sorted(rows, key=lambda row: row["seconds"]["median"]):
        taken = row["seconds"]
        cells = [row["title"], time_text(taken["median"]), f"{time_text(taken['low'])} … {time_text(taken['high'])}",
                 f"{taken['median'] / least:.2f}"]
        if "flops" in row:
            cells += [f"{row['flops']:.3g}", f"{row['flops_per_second'] / 1e9:.3g}", f"{row['flops_share']:.0%}",
                      f"{row['bytes']:.3g}", f"{row['bytes_per_second'] / 1e9:.3g}", f"{row['bytes_share']:.0%}",
                      ", ".join(f"{name} {count:g}" for name, count in row["passes"].items())]
        else:
            cells += [""] * 7
        shown.add_row(*cells, f"{row['input_reads']:.2g}")
    return shown

