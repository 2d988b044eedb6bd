"""Demand and site → Problem."""

from __future__ import annotations

from functools import partial

from relionc.plan.choice import Choice
from relionc.plan.choices import variables
from relionc.plan.outlook import outlook
from relionc.plan.preferences import objectives
from relionc.plan.requirements import constraints
from relionc.solve import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.on_site import DemandOnSite


def problem(on_site: DemandOnSite) -> Problem[Choice]:
    """Return the problem whose solutions are the feasible layouts of a demand on a site, the best one first."""
    blank, costs = partial(Choice.blank, on_site), objectives(on_site)
    told = partial(outlook, on_site, costs)
    return Problem(blank, variables(on_site), constraints(on_site), costs, told)
