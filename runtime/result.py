"""What a run returns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdc.dsl.errors import Error


class Named(Mapping[str, Any]):
    """Values by name; names are compared after NFKC, and are attributes too."""

    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__["_values"] = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[unicodedata.normalize("NFKC", name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_values", {})
        plain = unicodedata.normalize("NFKC", name)
        if plain in values:
            return values[plain]
        raise AttributeError(f"there is no {name} here; there are {', '.join(values) or 'no values'}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a result is not changed; its arrays may be")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(n for n in self._values if n.isidentifier())]

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {brief(value)}" for name, value in self._values.items()) or "(nothing)"


class Result(Named):
    """The outputs of a run, by name.

        r = program(X=X, y=y)
        r.w; r["w"]; dict(r)                the outputs, NumPy arrays and scalars that belong to you
        r.trace["J"]                        what `record J` kept, rounds first
        r.backend, r.why                    the target that ran, and why
        r.time                              seconds: {"compile": …, "run": …}
        r.interrupted                       whether Ctrl-C ended its loops early
        r.cached                            whether it was compiled before, in this process or another
        r.save("fit.npz")                   outputs and traces to a file (see docs/data.md); r.save("w.csv", "w")
        r.save_trace("J.csv")               traces to a file, a row for each step

    An output that has one of these names is read with r["time"].
    """

    backend: str
    why: str
    time: dict[str, float]
    interrupted: bool
    cached: bool
    trace: Named

    def __init__(
        self,
        values: Mapping[str, Any],
        trace: Mapping[str, Any] | None = None,
        backend: str = "",
        why: str = "",
        time: Mapping[str, float] | None = None,
        interrupted: bool = False,
        cached: bool = False,
    ) -> None:
        super().__init__(values)
        self.__dict__.update(
            trace=Named(trace or {}),
            backend=backend,
            why=why,
            time=dict(time or {}),
            interrupted=interrupted,
            cached=cached,
        )

    def save(self, path: str | Path, *names: str) -> list[Path]:
        """Writes the outputs, or the named ones, by the ending of the path. Returns what was written; raises gdc.Error.

        .npz, .json and a folder hold everything, traces too; .npy one output; .csv .tsv .parquet .arrow vectors and
        matrices as columns. A file is written whole or not at all.
        """
        from gdc.runtime.data import write_results

        return write_results(path, chosen(self, names), {} if names else self.trace)

    def save_trace(self, path: str | Path, *names: str) -> list[Path]:
        """Writes the traces, or the named ones. A table has a row for each step. Returns and raises as `save`."""
        from gdc.runtime.data import write_traces

        return write_traces(path, chosen(self.trace, names))

    def __repr__(self) -> str:
        run = self.time.get("run")
        lines = [
            f"Result on {self.backend}"
            + (f", {1000 * run:.3g} ms" if run is not None else "")
            + (", interrupted" if self.interrupted else "")
        ]
        width = max((len(name) for name in self._values), default=0)
        lines += [f"  {name.ljust(width)}  {brief(value)}" for name, value in self._values.items()]
        lines += [f"  trace[{name!r}]  {brief(value)}" for name, value in self.trace.items()]
        return "\n".join(lines)


def chosen(values: Named, names: Sequence[str]) -> Mapping[str, Any]:
    """The named values, all where none are named. Raises gdc.Error for a name that is not there."""
    for name in names:
        if name not in values:
            raise Error("name", f"there is no {name} here; there are {', '.join(values) or 'no values'}")
    return {name: values[name] for name in names} if names else values


def brief(value: Any) -> str:
    """A value on one line: a scalar as it is, an array by shape, type and its first entries."""
    if not isinstance(value, np.ndarray):
        return str(value)
    first = ", ".join(f"{x:.6g}" if isinstance(x, float) else str(x) for x in value.ravel()[:5].tolist())
    more = ", …" if value.size > 5 else ""
    return f"{list(value.shape)} {value.dtype}: {first}{more}"
