"""The machine in words, the results as a table, and the files that keep them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from pathlib import Path
from statistics import geometric_mean
from typing import Any

from gdc.runtime.machine import blas, cores, package
from gdc.runtime.timing import SETTLE

SCHEMA = 1
PACKAGES = ("numpy", "scipy", "numba", "numexpr", "jax", "torch")
PLAIN = {"numpy_typed": "typed", "numpy_best": "by hand"}
LEVELS = (("avx512f", "AVX-512"), ("avx2", "AVX2"))


def machine(precision: str) -> dict[str, Any]:
    """What the figures belong to: processor, memory, versions, the commit."""
    facts = _cpu_facts()
    flags = facts.get("flags", "").split()
    level = next((f" with {title}" for flag, title in LEVELS if flag in flags), "")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30 if hasattr(os, "sysconf") else 0
    versions = {name: package(name) for name in PACKAGES if package(name)}
    found = {
        "cores": cores(), "processor": f"{cores()}-core {platform.machine()}{level}",
        "model": facts.get("model name", ""), "memory_gib": round(memory, 1), "system": platform.system(),
        "python": platform.python_version(), "versions": versions, "blas": blas(), "precision": precision,
        "commit": _commit(),
    }
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    found["words"] = (
        f"{found['processor']} ({found['model'].strip()}), {memory:.0f} GiB, {found['system']}, Python "
        f"{found['python']}, {packages}, {'; '.join(found['blas'])}; {precision}; commit {found['commit']}"
    )
    return found


def _cpu_facts() -> dict[str, str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {"model name": platform.processor()}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def _commit() -> str:
    """The commit, and whether gdc itself was changed since."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(Path(__file__).parent.parent), *words]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "dsl", "compiler", "runtime")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("-changed" if changed else "")


# --- one problem --------------------------------------------------------------------------------


def best_target(result: dict[str, Any]) -> str | None:
    """The faster of gdc's targets."""
    taken = {name: result["seconds"][name]["median"] for name in result.get("ratios", {})}
    return min(taken, key=lambda name: taken[name]) if taken else None


def best_peer(result: dict[str, Any]) -> str | None:
    """The fastest of all that is not gdc."""
    taken = {name: s["median"] for name, s in result.get("seconds", {}).items() if name not in result["ratios"]}
    return min(taken, key=lambda name: taken[name]) if taken else None


def ratio(result: dict[str, Any], target: str | None, peer: str | None) -> dict[str, float] | None:
    """How many times longer a peer takes than a target."""
    return result.get("ratios", {}).get(target, {}).get(peer)


def ratio_text(found: dict[str, float] | None) -> str:
    return f"{found['median']:.2f} ({found['low']:.2f} … {found['high']:.2f})" if found else "–"


def milliseconds(result: dict[str, Any], name: str) -> str:
    taken = result.get("seconds", {}).get(name)
    if taken is None:
        return "failed" if name in result.get("failed", {}) else "–"
    value = 1e3 * taken["median"]
    mark = "*" if name in result.get("scaled", {}) else ""
    return f"{value:,.0f}{mark}" if value >= 100 else f"{value:.3g}{mark}"


def print_case(result: dict[str, Any]) -> None:
    if "error" in result:
        print(f"{result['case']:28} FAILED: {result['error']}", flush=True)
        return
    target = best_target(result)
    words = [f"{PLAIN[name]} {milliseconds(result, name)}" for name in PLAIN]
    words += [f"{name} {milliseconds(result, name)}" for name in result["ratios"]]
    by_hand, typed = (ratio_text(ratio(result, target, name)) for name in ("numpy_best", "numpy_typed"))
    print(f"{result['case']:28} {', '.join(words)} ms; {target}: {by_hand} × by hand, {typed} × typed", flush=True)
    others = [name for name in result["seconds"] if name not in PLAIN and name not in result["ratios"]]
    if others:
        words = [f"{name} {milliseconds(result, name)} ms" for name in others]
        print(f"{'':28} {', '.join(words)}", flush=True)
    for name, why in result["failed"].items():
        print(f"{'':28} {name} FAILED: {why}", flush=True)


# --- all of them --------------------------------------------------------------------------------


def means(kept: dict[str, Any]) -> list[str]:
    """Geometric means of the ratios, in sentences."""
    whole = [r for r in kept["results"].values() if r.get("ratios")]
    said = []
    for peer, words in (("numpy_best", "NumPy by hand"), ("numpy_typed", "NumPy as typed")):
        for target in (*dict.fromkeys(name for r in whole for name in r["ratios"]), None):
            found = [ratio(r, target or best_target(r), peer) for r in whole]
            values = [f["median"] for f in found if f]
            if values:
                title = target or "the faster of gdc's targets"
                slower = sum(v < 1 for v in values)
                said.append(f"{title} : {words}: {geometric_mean(values):.2f} × over {len(values)} problems, "
                            f"slower on {slower}")
    against = [r for r in whole if set(r["seconds"]) - set(PLAIN) - set(r["ratios"])]
    values = [f["median"] for r in against if (f := ratio(r, best_target(r), best_peer(r)))]
    if values:
        behind = sum(v < 1 for v in values)
        said.append(f"the faster of gdc's targets : the fastest of all peers: {geometric_mean(values):.2f} × over "
                    f"{len(values)} problems, slower on {behind}")
    return said


def print_means(kept: dict[str, Any]) -> None:
    print("\nGeometric means of the ratios, all problems that are kept:")
    print("\n".join(f"  {line}" for line in means(kept)))


def merged(path: Path, here: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """What is kept in a file, with one result new."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {"schema": SCHEMA, "results": {}}
    kept["machine"] = here
    kept["results"][result["case"]] = {**result, "commit": here["commit"]}
    return kept


def write(base: Path, kept: dict[str, Any], order: list[str]) -> None:
    """The JSON and the page; problems in order, those that are gone left out."""
    kept["results"] = {title: kept["results"][title] for title in order if title in kept["results"]}
    base.parent.mkdir(exist_ok=True)
    base.with_name(base.name + ".json").write_text(
        json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    base.with_name(base.name + ".md").write_text("\n".join(page(kept)) + "\n", encoding="utf-8")


def page(kept: dict[str, Any]) -> list[str]:
    results = kept["results"].values()
    lines = [
        f"# Benchmarks: {kept['machine']['processor']}, {kept['machine']['precision']}", "",
        f"{kept['machine']['words']}.", "",
        f"Milliseconds, medians of runs that were taken in turns with a pause of {SETTLE} s before each; compiling is "
        "not counted. A ratio above 1 means that gdc (the faster of its targets) is faster; in brackets the first and "
        "the ninth decile of the rounds' ratios. `*` marks a time that is scaled from fewer rounds.", "",
        *(f"- {line}" for line in means(kept)), "",
        "| problem | NumPy as typed | NumPy by hand | gdc numpy | gdc parallel | by hand : gdc | typed : gdc "
        "| fastest other peer | it : gdc |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        if "error" in result:
            lines.append(f"| {result['case']} | failed: {result['error']} | | | | | | | |")
            continue
        target = best_target(result)
        cells = [milliseconds(result, name) for name in (*PLAIN, "numpy", "parallel")]
        cells += [ratio_text(ratio(result, target, name)) for name in ("numpy_best", "numpy_typed")]
        others = {**result, "seconds": {k: v for k, v in result["seconds"].items() if k not in PLAIN}}
        peer = best_peer(others)
        cells += [f"{peer} {milliseconds(result, peer)}", ratio_text(ratio(result, target, peer))] if peer else ["", ""]
        lines.append(f"| {result['case']} | {' | '.join(cells)} |")
    wrong = [(r["case"], name, why) for r in results for name, why in r.get("failed", {}).items()]
    if wrong:
        lines += ["", "Left out, because they failed or gave another answer:", ""]
        lines += [f"- {case}, {name}: {why}" for case, name, why in wrong]
    return lines
