"""Equal workers on each node, and the leader beside those of the first: a task stays empty on every other node."""

from __future__ import annotations

from relionc.lower.modes.base import LoweredMode, beside_workers
from relionc.plan.model import HOMOGENEOUS_PLUS_1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.model import JobPlan


class LoweredHomogeneousPlus1(LoweredMode):
    """The launcher places the ranks."""

    name = HOMOGENEOUS_PLUS_1

    def is_placed(self, plan: JobPlan) -> bool:
        """Placed, but on the one node of an interactive job."""
        return not plan.job.interactive

    def spread(self, plan: JobPlan) -> str:
        """Say which node has one more."""
        return beside_workers(plan)
