"""Known faults of Slurm, each with its source, for plans to warn of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relionc.site.types import Cluster


class Fault(NamedTuple):
    """What goes wrong with jobs of a mode that start through a plugin of MPI, in Slurm before the version `fixed`."""

    mode: str
    mpi: str
    fixed: str
    what: str
    why: str
    source: str


FAULTS = (
    # The threads of srun, one for each group, share what waits for an abort, and may wait for one thread twice. Seen
    # often on 22.05.8 (docs/decisions/0011-two-more-modes.md); told in the NEWS of Slurm 24.05.4.
    Fault(
        mode="hetjob",
        mpi="pmix",
        fixed="24.05.4",
        what="srun may hang as RELION starts or ends: the job would keep its nodes until its time is over",
        why="a fault of Slurm with PMIx and two groups of nodes",
        source="SchedMD's ticket 16817",
    ),
)


def faults(cluster: Cluster, mode: str) -> tuple[Fault, ...]:
    """Return the faults that jobs of this mode can run into there; none where nobody says the version of Slurm."""
    launcher = cluster.launchers.get(mode)
    if launcher is None or not cluster.slurm:
        return ()
    here = _version(cluster.slurm)
    return tuple(
        fault
        for fault in FAULTS
        if (fault.mode, fault.mpi) == (mode, launcher.mpi) and here < _version(fault.fixed)
    )


def _version(text: str) -> list[int]:
    """Return the numbers of a version: `24.05`, of which nobody said more, comes before each 24.05.x."""
    return [int(number) for number in re.findall(r"\d+", text)]
