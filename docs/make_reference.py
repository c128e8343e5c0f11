"""Writes docs/reference, the language reference: python docs/make_reference.py"""

from functools import partial
from pathlib import Path

import gdc
from gdc.compiler.manual.page import pages
from gdc.runtime.examples import outcome

FOLDER = Path(__file__).parent / "reference"


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in pages(partial(outcome, gdc.compile, "numpy")).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
