"""Known faults of Slurm, each with its versions and its source, for plans to warn of."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.slurm.versions import numbers


class Fault(NamedTuple):
    """What goes wrong with jobs of a kind that srun starts through a plugin of MPI.

    `seen` is a version on which we saw it, and `fixed` the first one without it.
    """

    jobs: str
    mpi: str
    seen: str
    fixed: str
    what: str
    why: str
    source: str


HETJOB = "hetjob"

FAULTS = (
    # The threads of srun, one for each group, share what waits for an abort, and may wait for one thread twice. On
    # 22.05.8 and on 20.11.4, 2 of 60 steps of /bin/true hung, on 24.11.5 none (tests/lab/test_mended_faults.py and
    # docs/decisions/0011-two-more-modes.md); told in the NEWS of Slurm 24.05.4.
    Fault(
        jobs=HETJOB,
        mpi="pmix",
        seen="22.05.8",
        fixed="24.05.4",
        what="srun may hang as RELION starts or ends: the job would keep its nodes until its time is over",
        why="a fault of Slurm with PMIx and two groups of nodes",
        source="SchedMD's ticket 16817",
    ),
)


def faults(version: str, jobs: str, mpi: str) -> tuple[Fault, ...]:
    """Return the faults that jobs of a kind can run into; none where nobody says the version of Slurm."""
    here = numbers(version)
    return tuple(
        fault
        for fault in FAULTS
        if (fault.jobs, fault.mpi) == (jobs, mpi) and here and here < numbers(fault.fixed)
    )
