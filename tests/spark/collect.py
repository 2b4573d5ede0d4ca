"""Collects all that nobody has pinned. Usage: collect.py LIBRARY ROOT."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "python"))
import libch  # noqa: E402

libch.Session(sys.argv[1]).command(sys.argv[2], "gc", keep_ms=0, keep_versions=0)
