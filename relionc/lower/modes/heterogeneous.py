"""Ranks wherever Slurm finds room for them."""

from __future__ import annotations

from relionc.lower.modes.base import LoweredMode
from relionc.plan.model import HETEROGENEOUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import Group, JobPlan


class LoweredHeterogeneous(LoweredMode):
    """Slurm chooses the nodes: nothing is said of them."""

    name = HETEROGENEOUS

    def shape(self, group: Group) -> Iterator[tuple[str, str]]:
        """Yield how many tasks there are."""
        yield "ntasks", str(group.tasks)

    def spread(self, plan: JobPlan) -> str:
        """Say that nobody knows."""
        del plan
        return " wherever Slurm finds room"

    def caution(self, plan: JobPlan) -> str:
        """Say what the number of nodes supposes."""
        return "nodes as Slurm finds them empty" if plan.nodes > 1 else ""
