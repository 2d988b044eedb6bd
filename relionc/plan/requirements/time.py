"""The time that a job may take."""

from __future__ import annotations

from relionc.plan.requirements.record import Excess, Measure, Requirement, always, of_partition, over
from relionc.slurm.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.layout import Layout


def _too_long(layout: Layout) -> str:
    partition = layout.pool.partition
    name, limit = (partition.title, partition.max_time_s or 0) if partition else ("", 0)
    asked_for = layout.choice.on_site.demand.pins.time or 0
    return f"{format_time(asked_for)} > {format_time(limit)} of partition {name}"


TIME = Requirement(
    "site:max_time",
    Excess("time over the partition's limit", "s", "profile"),
    always(Measure(("pool",), lambda c: over(c.on_site.demand.pins.time or 0, c.pool.max_time_s))),
    "longest time of the partition",
    _too_long,
    "RL603",
    weighs=("time",),
    fact=of_partition,
)
