"""What lies in the cache: listed, explained, pruned.

    things()                     everything kept, one Thing for each plan and for each text's machine code
    prune(seconds, dry)          removes what was not used for so long
    keep_small()                 removes what was not used for longest, until the rest is below the limits
    reasons(program, target)     why a program would be compiled anew: the nearest plan, and what differs

All of it works while other processes read and write: a file that is gone meanwhile is no matter.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdc.runtime import cache

MOST_BYTES = 1_000_000_000
MOST_FILES = 20_000
PLAN, CODE, NUMBA, OWN = "plan", "machine code", "Numba's machine code", "grammar and library of gdc"
OPTIONS = ("precision", "strict", "without", "given types", "samples")


@dataclass(slots=True)
class Thing:
    """What is kept of one compilation: its files, whose it is, and the facts that were kept with it."""

    what: str
    program: str
    files: list[Path] = field(default_factory=list)
    size: int = 0
    used: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, path: Path) -> None:
        with suppress(OSError):
            state = path.stat()
            self.files.append(path)
            self.size += state.st_size
            self.used = max(self.used, state.st_mtime)


def things() -> list[Thing]:
    """Everything kept, what was used last first."""
    plans = list(kept_plans())
    owners = {t.facts["code"]: t.program for t in plans if t.facts.get("code")}
    found = [*plans, *native_code(owners), *numba_code(owners), *own_files()]
    return sorted((t for t in found if t.files), key=lambda t: -t.used)


def kept_plans() -> Iterator[Thing]:
    for path in sorted(cache.folder().glob("*.json")):
        facts, plan = read_plan(path)
        thing = Thing(PLAN, str(facts.get("program", "")), facts={**facts, "code": plan.get("code")})
        thing.add(path)
        yield thing


def read_plan(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan's facts, and of the plan its source and the hash of its text; nothing of one that cannot be read."""
    from gdc.runtime.load import text_hash

    try:
        head, _, rest = path.read_text(encoding="utf-8").partition("\n")
        facts, plan = json.loads(head), json.loads(rest)
    except (OSError, ValueError):
        return {}, {}
    if not isinstance(facts, dict) or not isinstance(plan, dict):
        return {}, {}
    return facts, {"source": plan.get("source"), "code": text_hash(plan["text"]) if plan.get("text") else None}


def native_code(owners: Mapping[str, str]) -> Iterator[Thing]:
    """Machine code that gdc links itself, by text."""
    groups: dict[str, Thing] = defaultdict(lambda: Thing(CODE, ""))
    for path in sorted((cache.root() / "native").glob("*")):
        thing = groups[path.name.split(".")[0]]
        thing.add(path)
        if path.suffix == ".code" and not thing.facts:
            thing.facts = code_facts(path)
            thing.program = owners.get(thing.facts.get("text", ""), "")
    yield from groups.values()


def code_facts(path: Path) -> dict[str, Any]:
    """The facts that stand before machine code."""
    try:
        facts = json.loads(path.read_bytes()[32:].partition(b"\n")[0])
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def numba_code(owners: Mapping[str, str]) -> Iterator[Thing]:
    """What Numba keeps for itself: a text, its index, its machine code."""
    from gdc.runtime.load import text_hash

    groups: dict[Path, Thing] = defaultdict(lambda: Thing(NUMBA, ""))
    for path in sorted(cache.root().glob("numba-*/**/gdc_text_*")):
        home = path.parent.parent if path.parent.name == "__pycache__" else path.parent
        thing = groups[home / path.name.split(".")[0]]
        thing.add(path)
        if path.suffix == ".py":
            with suppress(OSError, UnicodeDecodeError):
                thing.program = owners.get(text_hash(path.read_text(encoding="utf-8")), "")
    yield from groups.values()


def own_files() -> Iterator[Thing]:
    for pattern in ("grammar-*", "tree-*"):
        for path in sorted(cache.root().glob(pattern)):
            thing = Thing(OWN, "")
            thing.add(path)
            yield thing


# --- pruning -----------------------------------------------------------------------------------


def prune(older: float, dry: bool = False) -> list[Thing]:
    """Removes what was not used for so many seconds (all of it for 0), or only says what that is."""
    now = time.time()
    return remove([t for t in things() if now - t.used >= older], dry)


def remove(chosen: Sequence[Thing], dry: bool = False) -> list[Thing]:
    if not dry:
        for path in (path for t in chosen for path in t.files):
            with suppress(OSError):
                path.unlink()
        for folder in sorted(cache.root().glob("numba-*/**/"), reverse=True):
            with suppress(OSError):
                folder.rmdir()  # only where it is empty
    return list(chosen)


def keep_small(most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
    """Removes what was not used for longest, until the rest is below both limits."""
    size = files = 0
    surplus = []
    for thing in things():
        size, files = size + thing.size, files + len(thing.files)
        if size > most_bytes or files > most_files:
            surplus.append(thing)
    remove(surplus)


# --- why ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reasons:
    """Of one target: whether its plan is kept, else the nearest plan and what differs from it; the same of its code."""

    target: str
    kept: bool
    nearest: str = ""
    differs: tuple[str, ...] = ()
    code: str = ""


def reasons(facts: Mapping[str, Any], program: str, text: str, open_types: bool) -> Reasons:
    """Why a program with these facts would be compiled anew. `open_types`: the values of a call say its types."""
    target = facts["target"]
    plans = [(path, *read_plan(path)) for path in cache.folder().glob("*.json")]
    same_target = [(path, f, plan) for path, f, plan in plans if f.get("target") == target]
    ignored = {"program", "types"} if open_types else {"program"}
    wanted = plain(facts)
    for _, found, plan in same_target:
        if all(found.get(name) == value for name, value in wanted.items() if name not in ignored):
            code = code_reason(plan["code"]) if target == "parallel" and plan["code"] else ""
            return Reasons(target, True, code=code)
    mine = [(path, f, plan) for path, f, plan in same_target
            if f.get("text") == facts["text"] or Path(str(f.get("program"))).name == Path(program).name]
    if not mine:
        return Reasons(target, False)
    path, found, plan = max(mine, key=lambda m: (closeness(m[1], wanted), m[0].stat().st_mtime if m[0].exists() else 0))
    return Reasons(target, False, str(found.get("program")), tuple(differences(found, wanted, plan["source"], text)))


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they come back from JSON."""
    return dict(json.loads(json.dumps(facts, default=str)))


def closeness(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> int:
    return sum(found.get(name) == value for name, value in wanted.items())


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any], old: str | None, new: str) -> Iterator[str]:
    """What differs, a sentence each."""
    if found.get("text") != wanted["text"]:
        yield text_difference(old or "", new)
    if found.get("compiler") != wanted["compiler"] or found.get("plans") != wanted["plans"]:
        yield "gdc itself has changed since"
    for name in OPTIONS:
        if found.get(name) != wanted[name]:
            yield f"{name}: {words(found.get(name))} then, {words(wanted[name])} now"
    if found.get("used files") != wanted["used files"]:
        yield "a file that it uses has changed"
    if found.get("types") != wanted["types"]:
        yield "the values given have other types or ranks, or other axes of size 1"


def text_difference(old: str, new: str) -> str:
    """The first line that is another."""
    before, after = old.splitlines(), new.splitlines()
    for number, (a, b) in enumerate(zip(before, after), 1):
        if a != b:
            return f"line {number} was `{a.strip()}`, and is `{b.strip()}`"
    if len(before) == len(after):
        return "the text differs in its line ends"
    return f"the text had {len(before)} lines, and has {len(after)}"


def words(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, (list, dict)) else str(value)


def code_reason(text: str) -> str:
    """Whether machine code of a text is kept for this machine, in words."""
    from gdc.runtime import kept

    mine = kept.title_of(text)
    found = [(path, code_facts(path)) for path in kept.folder().glob("*.code")]
    same = [(path, facts) for path, facts in found if facts.get("text") == text]
    here = [facts for path, facts in same if path.name.startswith(mine)]
    if here:
        return f"machine code is kept for {len(here)} kind{'s' if len(here) > 1 else ''} of arguments"
    if not same:
        return "no machine code is kept: it was not run here, or Numba keeps it alone"
    then, now = same[0][1].get("made with", {}), kept.made_with()
    other = [f"{name} {then.get(name)} then, {value} now" for name, value in now.items() if then.get(name) != value]
    return "machine code is kept, but not for this: " + ("; ".join(other) or "another setting of Numba or of the CPU")


def total(found: Iterable[Thing]) -> int:
    return sum(thing.size for thing in found)
