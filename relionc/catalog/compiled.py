"""The compiled catalogue: part of an installed relionc; in a checkout, made from the YAML at its first use.

Parts: `index` (types by version, types by id), `options` (versions of each option), `queue` (submission templates), and
one for each job type, `3.1/class3d`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from relionc.catalog.archive import Archive, DamagedError

INSTALLED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compiled.jsonl")
"""Where a wheel has the compiled catalogue; a checkout has none, since nothing would tell when it is out of date."""


@lru_cache(maxsize=256)
def part(name: str) -> Any:
    """Return a part of the catalogue; raises KeyError for one that it does not have.

    In a checkout, it raises CatalogError (`relionc.catalog.compiler`) where the YAML is wrong.
    """
    try:
        return _archive().part(name)
    except DamagedError:
        if os.path.exists(INSTALLED):
            raise
    from relionc.catalog.checkout import compiled_anew

    return compiled_anew().part(name)


@lru_cache(maxsize=1)
def _archive() -> Archive:
    try:
        return Archive(os.open(INSTALLED, os.O_RDONLY | os.O_CLOEXEC))
    except FileNotFoundError:
        from relionc.catalog.checkout import compiled

        return compiled()
