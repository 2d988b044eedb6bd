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


@dataclass(frozen=True, slots=True)
class Generation:
    """A version of Slurm, and the release of Debian that has it, with its RELION.

    `profile` is what differs from the profile `lab`.
    """

    slurm: str
    suite: str
    asked: str
    relion: str = "3.1"
    profile: Mapping[str, Any] = field(default_factory=dict)

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

    def facts(self, cluster: str) -> Mapping[str, Any]:
        """Return what a profile says when a built-in cluster has this Slurm; how MPI is there, only `lab` says."""
        return self.profile if cluster == "lab" else {"slurm": self.slurm}


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
