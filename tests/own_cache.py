"""A cache of its own for a test, in which the catalogue of this checkout is compiled already: that takes a second."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from relionc.catalog import checkout
from relionc.store import cache

_OF_RUN = os.environ["XDG_CACHE_HOME"]
"""That of this run of the tests: `conftest.py` has made it before this is imported."""


def own_cache(folder: Path) -> str:
    """Return a new cache in a folder, as XDG_CACHE_HOME takes it."""
    name = f"catalogue-{cache.name_of(checkout._PACKAGE)}"
    compiled = Path(_OF_RUN, "relionc", name)
    if not compiled.exists():
        cache.save(str(compiled), checkout.pack(checkout.parts(), checkout._state()))
    made = folder / "own-cache"
    (made / "relionc").mkdir(parents=True, exist_ok=True)
    shutil.copy(compiled, made / "relionc" / name)
    return str(made)
