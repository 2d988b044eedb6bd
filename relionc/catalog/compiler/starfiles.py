"""`starfiles.yaml` → literal data: what RELION calls the tables and columns of its data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, texts
from relionc.catalog.starfiles import Columns, StarFiles, Tables

if TYPE_CHECKING:
    from relionc.source.values import Plain

_PARTS = {"columns": Columns._fields, "tables": Tables._fields}


def compile_starfiles(data: dict[str, Plain]) -> dict[str, object]:
    """Return literal data in the shape of `relionc.catalog.starfiles.StarFiles`."""
    check_keys("starfiles.yaml", data, StarFiles._fields)
    for part, names in _PARTS.items():
        given = mapping(data[part])
        check_keys(f"{part} of starfiles.yaml", given, names)
        if missing := set(names) - set(given):
            raise CatalogError(f"starfiles.yaml: {part} lacks {', '.join(sorted(missing))}")
    return {
        "columns": {key: str(name) for key, name in mapping(data["columns"]).items()},
        "tables": {key: texts(names) for key, names in mapping(data["tables"]).items()},
        "eer": texts(data["eer"]),
    }
