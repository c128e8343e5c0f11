"""`gdc bench --plot`: times over sizes, both logarithmic, a line for each way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gdc.runtime.benching import Round
from gdc.runtime.machine import package

ENDINGS = (".png", ".svg", ".pdf")


def lacks() -> bool:
    return not package("matplotlib")


def plot(rounds: Sequence[Round], path: Path, title: str) -> None:
    """Writes the picture. The band round a line is the spread."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    name = varied(rounds)
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    titles = list(dict.fromkeys(way.title for r in rounds for way in r.ways if way.samples))
    for line in titles:
        found = [(r.sizes.get(name, k + 1), way.taken) for k, r in enumerate(rounds) for way in r.ways
                 if way.title == line]
        points = sorted((x, taken) for x, taken in found if taken is not None)
        xs = [x for x, _ in points]
        drawn = axes.plot(xs, [t.median for _, t in points], marker="o", markersize=4, label=line)
        axes.fill_between(xs, [t.low for _, t in points], [t.high for _, t in points], alpha=0.2,
                          color=drawn[0].get_color())
    axes.set(xscale="log", yscale="log", xlabel=name or "run", ylabel="seconds", title=title)
    axes.grid(True, which="both", linewidth=0.3)
    axes.legend()
    figure.savefig(path)


def varied(rounds: Sequence[Round]) -> str:
    """The size that differs from round to round; the first where several do."""
    for name in rounds[0].sizes if rounds else ():
        if len({r.sizes.get(name) for r in rounds}) > 1:
            return name
    return next(iter(rounds[0].sizes), "") if rounds else ""
