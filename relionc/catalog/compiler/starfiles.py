"""`starfiles.yaml` → literal data: what RELION calls the tables and columns of its data files."""

from __future__ import annotations

from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, number, sequence, text, texts
from relionc.catalog.starfiles import Columns, StarFiles, Tables

TYPE_CHECKING = False
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
        "forms": {name: _form(mapping(given), releases) for name, given in mapping(data["forms"]).items()},
        "never": texts(data["never"]),
        "modes": {name: _mode(mapping(given), releases) for name, given in mapping(data["modes"]).items()},
        "ranges": {
            name: tuple(map(number, sequence(each))) for name, each in mapping(data["ranges"]).items()
        },
        "lists": {name: texts(kinds) for name, kinds in mapping(data["lists"]).items()},
        "by_name": _chosen(data["by_name"], releases),
        "converted_from": texts(data["converted_from"]),
    }


def _chosen(given: Plain, releases: Sequence[Release]) -> dict[str, Plain]:
    """Return what stands for each version that something stands for."""
    found = {release.version: release.chosen(given) for release in releases}
    return {version: value for version, value in found.items() if value is not None}


def _form(given: dict[str, Plain], releases: Sequence[Release]) -> dict[str, object]:
    check_keys("a form of starfiles.yaml", given, ("is", "endings"))
    endings = _chosen(given["endings"], releases) if "endings" in given else {}
    return {"is_": text(given["is"]), "endings": {version: texts(each) for version, each in endings.items()}}


def _mode(given: dict[str, Plain], releases: Sequence[Release]) -> dict[str, object]:
    check_keys("a mode of starfiles.yaml", given, ("is", "does"))
    does = _chosen(given["does"], releases)
    return {"is_": text(given["is"]), "does": {version: text(each) for version, each in does.items()}}


def _fault(given: dict[str, Plain], releases: Sequence[Release]) -> dict[str, object]:
    check_keys("a fault of starfiles.yaml", given, ("is", "does", "help"))
    does = {release.version: release.chosen(given["does"]) for release in releases}
    return {
        "is_": text(given["is"]),
        "does": {version: text(each) for version, each in does.items() if each is not None},
        "help": text(given["help"]),
    }
