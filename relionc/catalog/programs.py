"""What RELION's programs take on their command lines (`data/programs.yaml`)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from relionc.catalog.compiled import part

if TYPE_CHECKING:
    from collections.abc import Mapping

    Default = str | Literal[False] | None
    """False: a switch, which takes no value; None: there is none, or it is not known."""


CONTINUED = "continued"


@lru_cache(maxsize=64)
def flags_taken(version: str, program: str, *, continues: bool = False) -> Mapping[str, Default]:
    """Return flag → default of a program of RELION, as commands call it; nothing where it was not asked.

    One that runs under MPI takes what the serial one takes, and a few more; a run that goes on from another one
    takes other flags, where that is known.
    """
    table: Mapping[str, Mapping[str, Default]] = part("programs").get(version, {})
    serial = program.removesuffix("_mpi")
    taken = table.get(f"{serial} {CONTINUED}" if continues else serial, table.get(serial, {}))
    return {**taken, **table.get(program, {})} if taken and program != serial else taken
