"""Equal workers on each node, and the leader beside them on the first: placed by a hostfile."""

from __future__ import annotations

from relionc.plan.model import HOMOGENEOUS_PLUS_1
from relionc.plan.modes.base import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.demand import Demand
    from relionc.plan.on_site import DemandOnSite


class HomogeneousPlus1(Mode):
    """Slurm allocates a place for the leader on every node; those on all but the first stay empty."""

    name = HOMOGENEOUS_PLUS_1

    def is_possible(self, on_site: DemandOnSite) -> bool:
        """Without a scheduler nobody has to place tasks: all run here."""
        return not (on_site.slurm and on_site.demand.serial)

    def leader_slots(self, demand: Demand) -> int:
        """One, whoever takes it: a program without a leader has one rank more."""
        del demand
        return 1
