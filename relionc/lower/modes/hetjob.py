"""Two groups of nodes: the leader alone on one, without GPUs; equal workers on the others."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.lower.modes.base import LoweredMode, route_of_mode
from relionc.plan.model import HETJOB
from relionc.plan.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import JobPlan


class LoweredHetjob(LoweredMode):
    """One launcher of its own starts the same command in both groups."""

    name = HETJOB
    launcher = "hetjob"
    template_lacks = "directives of a second group of nodes, and a launcher over both"

    def refusals(self, plan: JobPlan) -> Iterator[Finding]:
        """Yield what cannot be used with a job of two groups of nodes."""
        if plan.job.interactive:
            message = "an interactive job cannot be a hetjob: its launcher knows one group of nodes"
            yield Finding(
                code="RL653", message=message, route=route_of_mode(plan), help="use another `layout:`"
            )
        if dict(plan.job.slurm).get("nodelist"):
            message = "`nodelist` cannot say which of its nodes is the leader's, and which are the workers'"
            where = (*plan.job.route, "slurm", "nodelist")
            yield Finding(code="RL653", message=message, route=where, help="use `layout: homogeneous+1`")
        if len({group.mem_per_cpu_mib is None for group in plan.groups}) > 1:
            message = (
                "Slurm starts no step over two groups of which one asks for memory by CPU, the other by node"
            )
            advice = "ask for both in the same way"
            yield Finding(code="RL653", message=message, route=route_of_mode(plan), help=advice)

    def spread(self, plan: JobPlan) -> str:
        """Say where the leader is, and where the workers are."""
        leader, workers = plan.groups
        node = f"a {leader.node_type} node of its own with {plural(leader.cpus_per_task, 'CPU')}"
        others = f"each of {workers.nodes} others" if plan.nodes > 2 else "another"
        return f", rank 0 leads on {node}, {plan.placement.shares[-1]} on {others}"

    def nodes(self, nodes: int) -> str:
        """Tell the leader's node from the others."""
        return f"1 + {nodes - 1}"
