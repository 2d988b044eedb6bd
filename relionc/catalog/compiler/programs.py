"""`programs.yaml` → literal data: version → program → flag → default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.ranges import matches
from relionc.catalog.compiler.release import CatalogError, check_keys
from relionc.catalog.programs import CONTINUED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ALL = "all"


def compile_programs(data: Mapping[str, Any], versions: Iterable[str]) -> dict[str, Any]:
    """Return literal data in the shape that `catalog.programs` reads, for versions whose programs were asked."""
    check_keys("programs.yaml", dict(data), ("hidden", "continued", "programs"))
    tables = {version: dict(_flags_by_program(data, version)) for version in versions}
    return {version: table for version, table in tables.items() if table}


def _flags_by_program(data: Mapping[str, Any], version: str) -> Iterator[tuple[str, dict[str, Any]]]:
    hidden = [table for versions, table in data["hidden"].items() if matches(versions, version)]
    for program, printed in _printed(data, version):
        name = program.partition(" ")[0]
        taken = [table.get(each, {}) for table in hidden for each in (_ALL, name)]
        yield program, _checked(program, {k: v for flags in (printed, *taken) for k, v in flags.items()})


def _printed(data: Mapping[str, Any], version: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield programs and what they print; a continued run of one counts as a program of its own."""
    of_new_runs, of_continued = data["programs"].items(), data["continued"].items()
    named = [*of_new_runs, *((f"{program} {CONTINUED}", table) for program, table in of_continued)]
    for program, by_versions in named:
        found = [flags for versions, flags in by_versions.items() if matches(versions, version)]
        if found:
            yield program, {flag: default for flags in found for flag, default in flags.items()}


def _checked(program: str, flags: dict[str, Any]) -> dict[str, Any]:
    wrong = [
        f
        for f, default in flags.items()
        if not (default is None or default is False or isinstance(default, str))
    ]
    if wrong:
        raise CatalogError(f"programs.yaml: {program} {wrong[0]}: a default is a text, false or null")
    return flags
