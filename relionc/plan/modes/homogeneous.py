"""So many ranks on each of so many nodes; a leader takes the place of a worker on the first."""

from __future__ import annotations

from relionc.plan.model import HOMOGENEOUS
from relionc.plan.modes.base import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.on_site import DemandOnSite


class Homogeneous(Mode):
    """The plainest: it needs no hostfile, and no scheduler either."""

    name = HOMOGENEOUS

    def is_possible(self, on_site: DemandOnSite) -> bool:
        """Always."""
        del on_site
        return True
