"""The ways to spread ranks over nodes: one file each. docs/design.md says what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.modes.heterogeneous import HeterogeneousLayout
from relionc.plan.modes.hetjob import HetjobLayout
from relionc.plan.modes.homogeneous import HomogeneousLayout
from relionc.plan.modes.homogeneous_plus_1 import HomogeneousPlus1Layout
from relionc.plan.modes.one_task_per_node import OneTaskPerNodeLayout

if TYPE_CHECKING:
    from relionc.plan.modes.base import LayoutMode
    from relionc.plan.on_site import DemandOnSite

LEADER_AMONG_WORKERS = HomogeneousLayout()
LEADER_BESIDE_WORKERS = HomogeneousPlus1Layout()
MODES: tuple[LayoutMode, ...] = (
    HeterogeneousLayout(),
    LEADER_AMONG_WORKERS,
    LEADER_BESIDE_WORKERS,
    OneTaskPerNodeLayout(),
    HetjobLayout(),
)
"""In the order in which a site prefers them that does not say otherwise."""
LEFT_TO_SLURM = MODES[0]


def preferred_modes(on_site: DemandOnSite) -> tuple[LayoutMode, ...]:
    """Return the modes that a job can have at all, those of the profile first and in its order.

    Of a job with a leader on GPUs, the one that has a place for the leader comes before the one in which it takes a
    worker's.
    """
    possible = {mode.name: mode for mode in MODES if mode.is_possible(on_site)}
    names = dict.fromkeys([*on_site.cluster.modes, *possible])
    ordered = [possible[name] for name in names if name in possible]
    demand, beside = on_site.demand, LEADER_BESIDE_WORKERS
    if demand.gpu and demand.leader and beside in ordered:
        at = ordered.index(beside)  # never later than the profile has it
        ordered.insert(min(at, ordered.index(LEADER_AMONG_WORKERS)), ordered.pop(at))
    return tuple(ordered)
