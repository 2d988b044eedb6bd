"""The modes as scripts and people see them, one file each; what they plan is in `relionc.plan`."""

from __future__ import annotations

from relionc.lower.modes.heterogeneous import LoweredHeterogeneous
from relionc.lower.modes.hetjob import LoweredHetjob
from relionc.lower.modes.homogeneous import LoweredHomogeneous
from relionc.lower.modes.homogeneous_plus_1 import LoweredHomogeneousPlus1
from relionc.lower.modes.one_task_per_node import LoweredOneTaskPerNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.lower.modes.base import LoweredMode
    from relionc.plan.model import JobPlan

MODES: dict[str, LoweredMode] = {
    mode.name: mode
    for mode in (
        LoweredHeterogeneous(),
        LoweredHomogeneous(),
        LoweredHomogeneousPlus1(),
        LoweredHetjob(),
        LoweredOneTaskPerNode(),
    )
}
"""Every mode by its name."""


def mode_of(plan: JobPlan) -> LoweredMode:
    """Return the mode of a plan."""
    return MODES[plan.mode]
