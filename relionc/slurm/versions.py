"""What differs between versions of Slurm, each with the versions on which it was seen to be so.

Four versions were tried; a version between two of them is taken as the older one, since nobody knows in which release a
change came. The test lab runs all four, and tries each row on each (tests/lab/test_differences.py).
"""

from __future__ import annotations

import re
from functools import lru_cache

from relionc.record import NamedTuple

TRIED = ("20.11.4", "22.05.8", "24.11.5", "26.05.5")
ASSUMED = "22.05.8"
"""What a cluster is taken to have whose profile does not say."""


class Difference(NamedTuple):
    """Something that is so `on` some of the versions tried, and not on the others.

    `modes`: the layouts whose plan or script depends on it; none: it decides what is refused, or is told.
    `unset`: variables that a step of these layouts must not have then.
    """

    what: str
    on: tuple[str, ...]
    modes: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()

    def holds(self, version: str) -> bool:
        """Tell whether it is so on a version, or on the one that this is taken as."""
        return taken_as(version) in self.on


SPREADS_TASKS = Difference(
    "tasks that may go anywhere are spread evenly over as many nodes as they need; later, node after node is filled",
    on=("20.11.4",),
    modes=("heterogeneous",),
)
COUNTS_GROUPS_TWICE = Difference(
    "srun refuses a second group of nodes, since the variables of the job say how many nodes the first has",
    on=("20.11.4",),
    modes=("hetjob",),
    unset=("SLURM_NNODES", "SLURM_JOB_NUM_NODES"),
)
HALF_CORES_WAIT = Difference(
    "a step of several tasks on a node never starts when the CPUs of a task are no whole cores",
    on=("22.05.8",),
)
SHOWS_UNASKED_GPUS = Difference(
    "a step of an exclusive job sees all GPUs of the node, also those that the job did not ask for",
    on=("20.11.4",),
)
TAKES_CPUS_OF_JOB = Difference(
    "a step has all CPUs of the job on its nodes; later, those that its tasks ask for",
    on=("20.11.4",),
)
HOSTFILE_OR_NODES = Difference(
    "srun refuses a number of nodes (-N) when it is given a hostfile",
    on=("24.11.5", "26.05.5"),
)
ARBITRARY_OR_NODES = Difference(
    "sbatch refuses `--nodes` beside `--distribution=arbitrary`, whatever hostfile there is",
    on=("24.11.5", "26.05.5"),
)
HEAPS_FOR_MEMORY = Difference(
    "tasks whose CPUs are raised for MaxMemPerCPU are heaped on the first nodes, in spite of --ntasks-per-node",
    on=("22.05.8",),
)
COUNTS_PLACES = Difference(
    "--ntasks-per-node makes so many tasks on each node, though --ntasks says fewer in all",
    on=("20.11.4", "22.05.8"),
)
OBEYS_SRUN_CPUS = Difference(
    "srun takes the CPUs of a task from SRUN_CPUS_PER_TASK, and not from the job",
    on=("22.05.8",),
)
TWO_NUMBERS_OF_CPUS = Difference(
    "srun fails when SLURM_CPUS_PER_TASK says another number than the job asked for",
    on=("24.11.5", "26.05.5"),
)
HIDES_TYPED_GPUS = Difference(
    "`--gpus-per-task` with a type of GPU hides all of them from the tasks",
    on=("22.05.8",),
)
IGNORES_GPUS_OF_TASKS = Difference(
    "`--gpus-per-task` binds nothing: each task sees all GPUs of the job on its node",
    on=("20.11.4",),
)
WHOLE_BEYOND_LIMIT = Difference(
    "an exclusive job gets whole nodes where MaxCPUsPerNode is below their CPUs; later, the partition refuses it",
    on=("20.11.4",),
)
KEEPS_CPUS_FOR_MEMORY = Difference(
    "memory of a node beyond MaxMemPerCPU leaves a task the CPUs that it asks for; later, it gets more",
    on=("20.11.4",),
)
DIFFERENCES = (
    SPREADS_TASKS,
    COUNTS_GROUPS_TWICE,
    HALF_CORES_WAIT,
    SHOWS_UNASKED_GPUS,
    TAKES_CPUS_OF_JOB,
    HOSTFILE_OR_NODES,
    ARBITRARY_OR_NODES,
    HEAPS_FOR_MEMORY,
    COUNTS_PLACES,
    OBEYS_SRUN_CPUS,
    TWO_NUMBERS_OF_CPUS,
    HIDES_TYPED_GPUS,
    IGNORES_GPUS_OF_TASKS,
    WHOLE_BEYOND_LIMIT,
    KEEPS_CPUS_FOR_MEMORY,
)
"""All of them; those that relionc asks first."""


HOSTFILE = "SLURM_HOSTFILE"
"""The variable by which srun is given a hostfile."""


def asks_for_nodes(word: str) -> bool:
    """Tell whether a word of srun is its number of nodes, alone or with its value."""
    return re.fullmatch(r"-N\S*|--nodes?(=.*)?", word) is not None


def names_groups(word: str) -> bool:
    """Tell whether a word of srun names more than one group of nodes."""
    return re.fullmatch(r"--(het|pack)-group=\d+[,-]\S+", word) is not None


def numbers(version: str) -> list[int]:
    """Return the numbers of a version: `24.05`, of which nobody said more, comes before each 24.05.x."""
    return [int(number) for number in re.findall(r"\d+", version)]


@lru_cache(maxsize=64)
def taken_as(version: str) -> str:
    """Return the version tried that says what is so on another one: of its release, or of the last before it."""
    if not numbers(version):
        return ASSUMED
    older = [each for each in TRIED if numbers(each)[:2] <= numbers(version)[:2]]
    return older[-1] if older else TRIED[0]


def is_between(version: str) -> bool:
    """Tell whether a version is of no release that was tried, and others on both sides of it were."""
    here = numbers(version)[:2]
    releases = [numbers(each)[:2] for each in TRIED]
    return bool(here) and here not in releases and releases[0] < here < releases[-1]


@lru_cache(maxsize=64)
def in_doubt(version: str, mode: str) -> tuple[Difference, ...]:
    """Return what may or may not have changed before a version, and a layout depends on."""
    if not is_between(version):
        return ()
    older = TRIED.index(taken_as(version))
    return tuple(
        each
        for each in DIFFERENCES
        if mode in each.modes and (TRIED[older] in each.on) != (TRIED[older + 1] in each.on)
    )


def unset(version: str, mode: str) -> tuple[str, ...]:
    """Return the variables that a step of a layout must not have."""
    return tuple(
        name for each in DIFFERENCES if mode in each.modes and each.holds(version) for name in each.unset
    )
