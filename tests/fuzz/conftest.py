"""Lets the tests of this folder import its helpers, and the interpreter of the array IR."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "compiler")]
