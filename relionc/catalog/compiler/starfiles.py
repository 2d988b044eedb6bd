"""`starfiles.yaml` → literal data: what RELION calls the tables and columns of its data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, text, texts
from relionc.catalog.starfiles import Columns, StarFiles, Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.catalog.compiler.release import Release
    from relionc.source.values import Plain

_PARTS = {"columns": Columns._fields, "tables": Tables._fields}


def compile_starfiles(data: dict[str, Plain], releases: Sequence[Release]) -> dict[str, object]:
    """Return literal data in the shape of `relionc.catalog.starfiles.StarFiles`."""
    check_keys("starfiles.yaml", data, StarFiles._fields)
    for part, names in _PARTS.items():
        given = mapping(data[part])
        check_keys(f"{part} of starfiles.yaml", given, names)
        if missing := set(names) - set(given):
            raise CatalogError(f"starfiles.yaml: {part} lacks {', '.join(sorted(missing))}")
    return {
        "columns": {key: str(name) for key, name in mapping(data["columns"]).items()},
        "marks": {key: text(name) for key, name in mapping(data["marks"]).items()},
        "tables": {key: texts(names) for key, names in mapping(data["tables"]).items()},
        "eer": texts(data["eer"]),
        "maps": texts(data["maps"]),
        "faults": {name: _fault(mapping(given), releases) for name, given in mapping(data["faults"]).items()},
    }


def _fault(given: dict[str, Plain], releases: Sequence[Release]) -> dict[str, object]:
    check_keys("a fault of starfiles.yaml", given, ("is", "does", "help"))
    does = {release.version: release.chosen(given["does"]) for release in releases}
    return {
        "is_": text(given["is"]),
        "does": {version: text(each) for version, each in does.items() if each is not None},
        "help": text(given["help"]),
    }
