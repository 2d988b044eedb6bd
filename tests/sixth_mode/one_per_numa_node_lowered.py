"""The same mode as scripts and people see it: Slurm puts one task on each socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.lower.modes.base import LoweredMode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import Group, JobPlan


class LoweredOnePerNumaNode(LoweredMode):
    """One option more in its shape, and words of its own."""

    name = "one-per-numa-node"

    def shape(self, group: Group) -> Iterator[tuple[str, str]]:
        """Yield the usual shape, and how the tasks of a node are spread inside."""
        yield from super().shape(group)
        yield "ntasks-per-socket", "1"

    def spread(self, plan: JobPlan) -> str:
        """Say where the ranks of a node are."""
        return f", one on each NUMA node of {plan.nodes} nodes"
