"""Run the benchmarks that need no arguments: ``python -m benchmarks``."""

from __future__ import annotations

import subprocess
import sys

STANDARD = ("dispatch", "inbox")


def main() -> int:
    """Each benchmark in a process of its own, one after the other."""
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--json"], check=False)
        for name in STANDARD
    ]
    return max(done.returncode for done in codes)


if __name__ == "__main__":
    sys.exit(main())
