"""One task with all CPUs on each node, in which the launcher starts the ranks."""

from __future__ import annotations

from relionc.plan.model import ONE_TASK_PER_NODE
from relionc.plan.modes.base import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand


class OneTaskPerNode(Mode):
    """Ranks are placed as in homogeneous+1, or as in homogeneous for a program without a leader."""

    name = ONE_TASK_PER_NODE
    tasks_share_nodes = False
    ranks_see_all_gpus = True

    def suits(self, demand: Demand) -> bool:
        """It goes through a queue."""
        return not demand.interactive

    def leader_slots(self, demand: Demand) -> int:
        """The leader's, in the task of the first node."""
        return int(demand.leader)

    def tasks_per_node(self, choice: Choice) -> int:
        """One, in which all ranks of the node start."""
        del choice
        return 1
