"""Lets the tests of this folder import its helpers, build_ir and interpret."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
