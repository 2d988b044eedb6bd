"""The ways to spread ranks over nodes: one file each. docs/design.md says what they are for."""

from __future__ import annotations

from relionc.plan.modes.heterogeneous import Heterogeneous
from relionc.plan.modes.hetjob import Hetjob
from relionc.plan.modes.homogeneous import Homogeneous
from relionc.plan.modes.homogeneous_plus_1 import HomogeneousPlus1
from relionc.plan.modes.one_task_per_node import OneTaskPerNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.modes.base import Mode
    from relionc.plan.on_site import DemandOnSite

LEADER_AMONG_WORKERS = Homogeneous()
LEADER_BESIDE_WORKERS = HomogeneousPlus1()
MODES: tuple[Mode, ...] = (
    Heterogeneous(),
    LEADER_AMONG_WORKERS,
    LEADER_BESIDE_WORKERS,
    OneTaskPerNode(),
    Hetjob(),
)
"""In the order in which a site prefers them that does not say otherwise."""
LEFT_TO_SLURM = MODES[0]


def preferred_modes(on_site: DemandOnSite) -> tuple[Mode, ...]:
    """Return the modes that a job can have at all, those of the profile first and in its order.

    Of a job with a leader on GPUs, the one that has a place for the leader comes before the one in which it takes a
    worker's.
    """
    if not on_site.modes:
        on_site.modes = _preferred(on_site)
    return on_site.modes


def _preferred(on_site: DemandOnSite) -> tuple[Mode, ...]:
    possible = {mode.name: mode for mode in MODES if mode.is_possible(on_site)}
    names = dict.fromkeys([*on_site.cluster.modes, *possible])
    ordered = [possible[name] for name in names if name in possible]
    demand, beside = on_site.demand, LEADER_BESIDE_WORKERS
    if demand.gpu and demand.leader and beside in ordered:
        at = ordered.index(beside)  # never later than the profile has it
        ordered.insert(min(at, ordered.index(LEADER_AMONG_WORKERS)), ordered.pop(at))
    return tuple(ordered)
