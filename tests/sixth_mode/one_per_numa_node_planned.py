"""A mode of the tests' own, as it is planned: one rank on each NUMA node, of which every node has two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.modes.base import Mode

if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand

NUMA_NODES = 2


class OnePerNumaNode(Mode):
    """How many ranks a node has is not the search's to choose."""

    name = "one-per-numa-node"

    def suits(self, demand: Demand) -> bool:
        """It is for memory, not for GPUs."""
        return not demand.gpu

    def misfit(self) -> str:
        """Return why it does not suit, for people."""
        return f"{self.name} is for jobs without GPUs"

    def ranks(self, choice: Choice) -> int:
        """Two on each node."""
        return NUMA_NODES * choice.nodes_or_tasks

    def ranks_per_node(self, choice: Choice) -> int:
        """Two."""
        del choice
        return NUMA_NODES

    def max_ranks_on_other_nodes(self, choice: Choice) -> int:
        """Two."""
        del choice
        return NUMA_NODES

    def shares(self, choice: Choice) -> tuple[int, ...]:
        """Two on each node."""
        return (NUMA_NODES,) * choice.nodes_or_tasks
