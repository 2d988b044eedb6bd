"""One task with many CPUs on each node, inside which mpirun starts the ranks."""

from __future__ import annotations

from relionc.lower.modes.base import LoweredMode, beside_workers
from relionc.plan.model import ONE_TASK_PER_NODE
from relionc.plan.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.model import JobPlan


class LoweredOneTaskPerNode(LoweredMode):
    """A launcher of its own starts several ranks in each task."""

    name = ONE_TASK_PER_NODE
    launcher = "one_task_per_node"
    template_lacks = "a launcher that starts several ranks in one task"

    def is_placed(self, plan: JobPlan) -> bool:
        """Placed always: a task is no rank."""
        del plan
        return True

    def spread(self, plan: JobPlan) -> str:
        """Say which node has one more."""
        return beside_workers(plan)

    def task(self, plan: JobPlan) -> str:
        """Say what the one task is."""
        return f"one task of {plural(plan.workers.cpus_per_task, 'CPU')} per node"
