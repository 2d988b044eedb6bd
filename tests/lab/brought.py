"""RELIONs that are not of the lab's own Debian: each is started with the libraries of the release that it comes from.

Its ranks are started by the mpirun of that release, so on one node: no daemon of it would be found on another.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .generations import ROOTS

if TYPE_CHECKING:
    from .client import Lab

UNPACKED = Path(os.environ.get("RELIONC_RELION_5_1") or ROOTS.parent / "relion-5.1")
STARTER = "prterun"
"""What mpirun of Open MPI is from 5 on; as `mpirun` it looks for itself in the usual place."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A RELION below a folder; `version` is its name in the catalogue."""

    release: str
    version: str
    root: Path
    tool: str

    @property
    def is_there(self) -> bool:
        return (self.root / "usr" / "bin" / "relion_refine_mpi").exists()

    def put(self, folder: Path) -> None:
        """Write scripts that start its programs, and `mpirun`, into a folder for PATH."""
        folder.mkdir(parents=True, exist_ok=True)
        there = self.root / "usr" / "bin"
        programs = {each.name: each for each in there.glob("relion_*")} | {"mpirun": there / STARTER}
        for name, program in programs.items():
            path = folder / name
            path.write_text(self._script(program))
            path.chmod(0o755)

    def need(self) -> None:
        """Skip the test where it is not unpacked."""
        if not self.is_there:
            pytest.skip(f"RELION {self.release} is not unpacked here ({self.tool})")

    def _script(self, program: Path) -> str:
        libraries = self.root / "usr" / "lib" / "x86_64-linux-gnu"
        path = ":".join(map(str, [libraries, *sorted(libraries.glob("*/lib"))]))
        loader = self.root / "lib64" / "ld-linux-x86-64.so.2"
        names = ("OPAL_PREFIX", "PMIX_PREFIX", "PRTE_PREFIX")
        exports = "".join(f"export {name}={shlex.quote(str(self.root / 'usr'))}\n" for name in names)
        words = [str(loader), "--library-path", path, str(program)]
        return f'#!/bin/bash\n{exports}exec {shlex.join(words)} "$@"\n'


BROUGHT_FROM = (ROOTS, UNPACKED)
"""What a lab in a root of its own has to see of the machine's folders."""
BROUGHT = (
    Brought("3.1.3", "3.1", ROOTS / "trixie", "tools/unpack_slurm.sh trixie"),
    Brought("5.1.0", "5.1", UNPACKED, "tools/unpack_relion.sh"),
)


def with_its_mpirun(lab: Lab) -> Lab:
    """Return a lab for whose jobs relionc is told to start RELION by the `mpirun` of PATH."""
    launcher = {"argv": ["mpirun", "-n", "{ntasks}", "--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"]}
    return replace(lab, generation=replace(lab.generation, launchers_of_mpi={"batch": launcher}))
