"""`programs.yaml` → literal data: version → program → flag → default."""

from __future__ import annotations

from relionc.catalog.compiler.ranges import matches
from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, within
from relionc.catalog.programs import CONTINUED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.catalog.programs import Default
    from relionc.source.values import Plain

    Flags = dict[str, Default]
    """Flag → its default."""

_ALL = "all"


def compile_programs(data: Mapping[str, Plain], versions: Iterable[str]) -> dict[str, dict[str, Flags]]:
    """Return literal data in the shape that `catalog.programs` reads, for versions whose programs were asked."""
    check_keys("programs.yaml", data, ("hidden", "continued", "programs"))
    tables = {version: dict(_flags_by_program(data, version)) for version in versions}
    return {version: table for version, table in tables.items() if table}


def _flags_by_program(data: Mapping[str, Plain], version: str) -> Iterator[tuple[str, Flags]]:
    hidden = [
        mapping(table) for versions, table in mapping(data["hidden"]).items() if matches(versions, version)
    ]
    for program, printed in _printed(data, version):
        name = program.partition(" ")[0]
        taken = [within(table, each) for table in hidden for each in (_ALL, name)]
        yield program, _checked(program, {k: v for flags in (printed, *taken) for k, v in flags.items()})


def _printed(data: Mapping[str, Plain], version: str) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Yield programs and what they print; a continued run of one counts as a program of its own."""
    of_new_runs, of_continued = (mapping(data[key]).items() for key in ("programs", "continued"))
    named = [*of_new_runs, *((f"{program} {CONTINUED}", table) for program, table in of_continued)]
    for program, by_versions in named:
        found = [
            mapping(flags) for versions, flags in mapping(by_versions).items() if matches(versions, version)
        ]
        if found:
            yield program, {flag: default for flags in found for flag, default in flags.items()}


def _checked(program: str, flags: dict[str, Plain]) -> Flags:
    return {flag: _default(program, flag, default) for flag, default in flags.items()}


def _default(program: str, flag: str, default: Plain) -> Default:
    if default is None or default is False or isinstance(default, str):
        return default
    raise CatalogError(f"programs.yaml: {program} {flag}: a default is a text, false or null")
