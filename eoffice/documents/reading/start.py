"""Starts the child with this package but without the web application.

``import eoffice`` loads Flask and the database, which the child may neither need nor have: here
the package is only a name for its folder.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

if __name__ == "__main__":
    package = types.ModuleType("eoffice")
    package.__path__ = [str(Path(__file__).parents[2])]
    sys.modules["eoffice"] = package

    from eoffice.documents.reading.child import main

    main()
