"""What a layout must meet: the user's pins, the site's limits, the job's own needs. One record each."""

from __future__ import annotations

from relionc.plan.requirements import cpus, gpus, memory, pins, ranks, scratch, site, time
from relionc.plan.requirements.ranks import rank_rule
from relionc.plan.requirements.record import Requirement, SiteFact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.on_site import DemandOnSite
    from relionc.solve import Constraint

REQUIREMENTS = (
    pins.PARTITION,
    pins.GPU_TYPE,
    pins.LAYOUT,
    pins.MEM,
    pins.GPUS_PER_NODE,
    pins.CPUS_PER_TASK,
    pins.NODES,
    pins.NTASKS,
    pins.NTASKS_PER_NODE,
    pins.GPUS,
    pins.RANKS_PER_GPU,
    pins.CONSTRAINT,
    memory.RANKS_MEMORY,
    memory.NODE_MEMORY,
    memory.MEMORY_PER_CPU,
    ranks.RANKS,
    ranks.SERIAL,
    ranks.MODE,
    gpus.RANK_PER_GPU,
    gpus.SINGLE_GPU,
    ranks.ONE_NODE,
    gpus.VRAM,
    ranks.ITEMS,
    scratch.SCRATCH_NEED,
    scratch.SCRATCH_DISK,
    time.TIME,
    cpus.WHOLE_CORES,
    cpus.LEAST_CPUS,
    site.MAX_NODES,
    site.COUNT,
    site.MIN_NODES,
    site.JOB_SIZE,
    cpus.CPUS,
    cpus.EXCLUSIVE,
    gpus.GPUS,
    site.MODES,
    site.LEADER,
    cpus.THREADS,
    gpus.GPU_LIST,
    gpus.DEVICES,
    gpus.BUSY_GPUS,
    gpus.EVEN_GPUS,
    gpus.ONE_GPU,
    gpus.GPU_NODE,
    memory.MEMORY_FLAG,
)
"""In the order in which conflicts are told: from the most telling to the least, after the pins."""

_BY_LABEL = {each.label: each for each in REQUIREMENTS}
MEANT = (gpus.GPU_NODE, gpus.GPUS)
"""What makes nodes such that somebody could mean them for a job on GPUs."""


def requirement(label: str) -> Requirement:
    """Return the requirement of a label, with or without the number of a rule."""
    return _BY_LABEL[":".join(label.split(":")[:2])]


def is_known(label: str) -> bool:
    """Whether a label is one of a requirement, and not of a question that is asked beside them."""
    return ":".join(label.split(":")[:2]) in _BY_LABEL


def pins_of(labels: tuple[str, ...]) -> list[Requirement]:
    """Return the requirements among these that keep a pin."""
    return [each for each in map(requirement, labels) if each.pin is not None]


def constraints(on_site: DemandOnSite) -> tuple[Constraint[Choice], ...]:
    """Return all that a layout must meet, in the order of telling."""
    return tuple(
        [measure.constraint(each.label) for each in REQUIREMENTS for measure in each.measures(on_site)]
    )


__all__ = [
    "MEANT",
    "REQUIREMENTS",
    "Requirement",
    "SiteFact",
    "constraints",
    "is_known",
    "pins_of",
    "rank_rule",
    "requirement",
]
