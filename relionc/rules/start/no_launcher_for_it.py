"""A launcher that is not there, or that cannot place ranks as a plan has them."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.lower.launch import is_placed, launcher_of, start_of
from relionc.lower.modes import mode_of
from relionc.lower.modes.base import route_of_mode
from relionc.site.launchers import title

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

CODE = "RL651"


def check(plan: JobPlan, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for a mode without its launcher, or a launcher that does not do what the mode needs."""
    mode = mode_of(plan)
    if mode.launcher and launcher_of(plan, cluster) is None:
        yield Finding(
            code=CODE,
            message=f"the profile `{cluster.name}` does not say how to start the ranks of a {mode.name} layout",
            route=route_of_mode(plan),
            help=f"use another `layout:`, or give the profile a launcher `{mode.launcher}`",
        )
    else:
        yield from _cannot_place(plan, cluster)


def _cannot_place(plan: JobPlan, cluster: Cluster) -> Iterator[Finding]:
    launcher, placed = launcher_of(plan, cluster), is_placed(plan, cluster)
    if start_of(plan, cluster) is not None or (launcher is None and not (placed and plan.nodes > 1)):
        return
    which = f"the launcher `{title(launcher) if launcher else '(none)'}` of cluster `{cluster.name}`"
    if placed:
        message = f"{which} cannot place ranks by a hostfile, which {plan.mode} on {plan.nodes} nodes needs"
        advice = "use `layout: homogeneous`, one node, or give the launcher `arbitrary` words in the profile"
    else:
        message = f"{which} is told how many nodes or ranks of each, which Slurm decides for {plan.mode}"
        advice = "use `layout: homogeneous`, or move these arguments of the launcher to its `arbitrary`"
    yield Finding(code=CODE, message=message, route=route_of_mode(plan), help=advice)
