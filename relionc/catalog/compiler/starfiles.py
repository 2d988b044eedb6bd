"""`starfiles.yaml` → literal data: what RELION calls the tables and columns of its data files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.release import CatalogError, check_keys
from relionc.catalog.starfiles import Columns, StarFiles, Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS = {"columns": Columns._fields, "tables": Tables._fields}


def compile_starfiles(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return literal data in the shape of `relionc.catalog.starfiles.StarFiles`."""
    check_keys("starfiles.yaml", dict(data), StarFiles._fields)
    for part, names in _PARTS.items():
        check_keys(f"{part} of starfiles.yaml", data[part], names)
        if missing := set(names) - set(data[part]):
            raise CatalogError(f"starfiles.yaml: {part} lacks {', '.join(sorted(missing))}")
    return {
        "columns": {key: str(name) for key, name in data["columns"].items()},
        "tables": {key: tuple(map(str, names)) for key, names in data["tables"].items()},
        "eer": tuple(map(str, data["eer"])),
    }
