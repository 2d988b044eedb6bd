"""Ranks wherever Slurm finds room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.lower.modes.base import Mode

if TYPE_CHECKING:
    from relionc.plan.model import JobPlan


class Heterogeneous(Mode):
    """Slurm chooses the nodes: nothing is said of them."""

    name = "heterogeneous"

    def spread(self, plan: JobPlan) -> str:
        """Say that nobody knows."""
        del plan
        return " wherever Slurm finds room"

    def caution(self, plan: JobPlan) -> str:
        """Say what the number of nodes supposes."""
        return "nodes as Slurm finds them empty" if plan.nodes > 1 else ""
