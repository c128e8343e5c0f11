"""Arrays from `.npy` and `.npz` files."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence

import numpy as np

from gdc.runtime.data.place import Place, did_you_mean

LARGE = 1 << 26  # bytes: from here on a .npy is mapped, not read, which saves its time and a second copy in memory


def read_npy(place: Place) -> np.ndarray:
    """A large file's array lies in the file itself, read-only: pages are read when they are needed."""
    try:
        if place.path.stat().st_size >= LARGE:
            try:
                return np.load(place.path, allow_pickle=False, mmap_mode="r")
            except (OSError, ValueError):  # no place for a map, or a damaged file: reading it says which
                pass
        return np.load(place.path, allow_pickle=False)
    except (ValueError, EOFError) as why:
        raise place.error(_object_words(place, why) or "this is not a NumPy file, or it is damaged") from None


def read_npz(place: Place, members: Sequence[str]) -> np.ndarray:
    try:
        with np.load(place.path, allow_pickle=False) as archive:
            names = list(archive.files)
            if not members and len(names) != 1:
                raise place.error(
                    f"it holds {', '.join(names)}: say which",
                    f"{place.shown}:{names[0] if names else 'X'} on the "
                    f'command line, from "{place.shown}"["{names[0] if names else "X"}"] in a script',
                )
            if len(members) > 1:
                raise place.error("one member of a .npz is one array; give one name")
            wanted = members[0] if members else names[0]
            if wanted not in names:
                raise place.error(
                    f"it has no member {wanted}; it holds {', '.join(names)}", did_you_mean(wanted, names)
                )
            return archive[wanted]
    except (ValueError, EOFError, zipfile.BadZipFile) as why:
        raise place.error(_object_words(place, why) or "this is not a .npz file, or it is damaged") from None


def _object_words(place: Place, why: BaseException) -> str:
    """NumPy takes any file that it does not know for a pickle: only one with NumPy's own mark holds objects."""
    with open(place.path, "rb") as file:
        known = file.read(4) in (b"\x93NUM", b"PK\x03\x04")
    return "it holds Python objects, which gdc never loads" if known and "allow_pickle" in str(why) else ""
