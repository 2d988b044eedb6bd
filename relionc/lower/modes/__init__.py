"""The modes as scripts and people see them, one file each; what they plan is in `relionc.plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.lower.modes.heterogeneous import Heterogeneous
from relionc.lower.modes.hetjob import Hetjob
from relionc.lower.modes.homogeneous import Homogeneous
from relionc.lower.modes.homogeneous_plus_1 import HomogeneousPlus1
from relionc.lower.modes.one_task_per_node import OneTaskPerNode

if TYPE_CHECKING:
    from relionc.lower.modes.base import Mode
    from relionc.plan.model import JobPlan

MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (Heterogeneous(), Homogeneous(), HomogeneousPlus1(), Hetjob(), OneTaskPerNode())
}
"""Every mode by its name."""


def mode_of(plan: JobPlan) -> Mode:
    """Return the mode of a plan."""
    return MODES[plan.mode]
