"""Options of the whole test suite, and the folder where its helpers lie."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run every program on every target, not a seeded share")
    parser.addoption("--truth", type=int, default=0, help="points of each sort in tests/truth: prints the errors")
    parser.addoption("--truth-seed", type=int, default=1, help="for those points")
