"""Demand and site → Problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.choices import variables
from relionc.plan.limits import constraints
from relionc.plan.preferences import objectives
from relionc.solve import Problem

if TYPE_CHECKING:
    from relionc.plan.asked import Asked


def problem(asked: Asked) -> Problem:
    """Return the problem whose solutions are the feasible layouts of `asked`, the best one first."""
    return Problem(variables(asked), constraints(asked), objectives(asked))
