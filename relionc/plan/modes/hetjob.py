"""A job of two groups of nodes: the leader alone on one without GPUs, equal workers on the others."""

from __future__ import annotations

from relionc.plan.model import HETJOB
from relionc.plan.modes.base import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand


class Hetjob(Mode):
    """The leader takes no place beside GPUs."""

    name = HETJOB
    leader_apart = True

    def suits(self, demand: Demand) -> bool:
        """It is for a leader beside GPUs, and goes through a queue."""
        return demand.leader and demand.gpu and not demand.interactive

    def misfit(self) -> str:
        """Return why it does not suit, for people."""
        return "a group of its own is for a leader that would take a place beside GPUs, in a batch job"

    def leader_slots(self, demand: Demand) -> int:
        """The leader's, on its own node."""
        del demand
        return 1

    def ranks_per_node(self, choice: Choice) -> int:
        """Workers alone."""
        return choice.workers_per_node

    def slots(self, choice: Choice) -> int:
        """Those of the workers, and the leader's."""
        return choice.workers_per_node * choice.nodes_or_tasks + 1

    def unused_slots(self, choice: Choice) -> int:
        """None: no node of the workers has a place for the leader."""
        del choice
        return 0

    def shares(self, choice: Choice) -> tuple[int, ...]:
        """The leader's node is the first."""
        return (1, *[choice.workers_per_node] * choice.nodes_or_tasks)
