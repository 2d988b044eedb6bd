"""The Slurms in which the lab runs: the installed one, and others in a root of their own (generations.toml)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOTS = Path(os.environ.get("RELIONC_LAB_ROOTS") or Path.home() / ".cache" / "relionc-lab" / "roots")
SOAK = os.environ.get("RELIONC_SOAK") == "1"
SRUN_ALONE = dict.fromkeys(["mpi", "arbitrary", "hostfile_variable", "unset"])
"""What a launcher of the profile `lab` says of srun, and another one in its place has not."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A version of Slurm, and the release of Debian that has it, with the version of RELION that comes with it.

    `mpi_over_nodes`: whether its MPI finds a way between nodes that share one network, as those of the lab do.
    `profile` is what differs from the profile `lab`; `launchers_of_mpi` are those that start programs of MPI, where
    others start the probe.
    """

    slurm: str
    suite: str
    asked: str
    relion: str = "3.1"
    mpi_over_nodes: bool = True
    profile: Mapping[str, Any] = field(default_factory=dict)
    launchers_of_mpi: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        """Whether it is this machine's own Slurm, which needs no root: that of this version, or of the profile's."""
        return self.slurm == installed() or (not self.profile and not (ROOTS / self.suite).exists())

    @property
    def root(self) -> Path | None:
        """Where its files are; None: in this machine's own places, or nowhere."""
        root = ROOTS / self.suite
        return root.resolve() if not self.is_installed and (root / "unpacked").exists() else None

    @property
    def is_required(self) -> bool:
        """Whether RELIONC_REQUIRE_LAB=1 means this one too."""
        return self.asked == "always"

    def facts(self, cluster: str, *, of_mpi: bool = False) -> Mapping[str, Any]:
        """Return what a profile says when a built-in cluster has this Slurm; how MPI is there, only `lab` says.

        `of_mpi`: its jobs run programs of MPI, and not the probe.
        """
        if cluster != "lab":
            return {"slurm": self.slurm}
        if not of_mpi or not self.launchers_of_mpi:
            return self.profile
        others = {name: SRUN_ALONE | launcher for name, launcher in self.launchers_of_mpi.items()}
        return {**self.profile, "launchers": {**self.profile.get("launchers", {}), **others}}


def installed() -> str:
    """Return the version of this machine's Slurm, as `22.05`; empty: it has none."""
    if not shutil.which("sinfo"):
        return ""
    said = subprocess.run(["sinfo", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+\.\d+", said)
    return found[0] if found else ""


def every() -> list[Generation]:
    """Return all generations, those of every run first."""
    table = tomllib.loads(Path(__file__).with_name("generations.toml").read_text("utf-8"))
    return [Generation(**entry) for entry in table["generation"]]


def asked() -> list[Generation]:
    """Return the generations that tests of this run ask."""
    return [each for each in every() if SOAK or each.asked == "always"]


HOME = next(each for each in every() if not each.profile)
"""The generation of the profile `lab`."""
