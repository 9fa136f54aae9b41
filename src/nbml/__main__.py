"""``python -m nbml`` is ``nbml``."""

from __future__ import annotations

import sys

from nbml.cli import main

if __name__ == "__main__":
    sys.exit(main())
