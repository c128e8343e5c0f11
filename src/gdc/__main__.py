"""`python -m gdc` is the `gdc` command."""

import sys

from gdc.runtime.cli import main

if __name__ == "__main__":
    sys.exit(main())
