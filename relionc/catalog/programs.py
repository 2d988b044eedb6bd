"""What RELION's programs take on their command lines (`data/programs.yaml`)."""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.compiled import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    Default = str | Literal[False] | None
    """False: a switch, which takes no value; None: there is none, or it is not known."""


CONTINUED = "continued"


@lru_cache(maxsize=64)
def flags_taken(version: str, program: str, *, continues: bool = False) -> Mapping[str, Default]:
    """Return flag → default of a program of RELION, as commands call it; nothing where it was not asked.

    One that runs under MPI takes what the serial one takes, and a few more; a run that goes on from another one
    takes other flags, where that is known.
    """
    table = _programs(version)
    serial = program.removesuffix("_mpi")
    taken = table.get(f"{serial} {CONTINUED}" if continues else serial, table.get(serial, {}))
    return {**taken, **table.get(program, {})} if taken and program != serial else taken


def versions_that_take(
    versions: Iterable[str], program: str, flag: str, *, continues: bool
) -> tuple[str, ...]:
    """Return those of some versions whose program takes a flag."""
    return tuple(each for each in versions if flag in flags_taken(each, program, continues=continues))


def _programs(version: str) -> Mapping[str, Mapping[str, Default]]:
    try:
        table: Mapping[str, Mapping[str, Default]] = part(f"programs/{version}")
    except KeyError:
        return {}
    return table
