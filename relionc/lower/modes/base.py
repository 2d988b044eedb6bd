"""What scripts and people are told of a mode; a mode says where it differs."""

from __future__ import annotations

from relionc.plan.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import ClassVar

    from relionc.diag import Finding, Route
    from relionc.plan.model import Group, JobPlan


class LoweredMode:
    """A way to distribute ranks, from its plan to the script: the launcher, what is refused, the words."""

    name: ClassVar[str]
    launcher: ClassVar[str] = ""
    """The profile's launcher for this mode alone; empty: the one of the job's kind, batch or interactive."""
    template_lacks: ClassVar[str] = ""
    """What it needs that no name of RELION's own submission templates stands for."""

    def is_placed(self, plan: JobPlan) -> bool:
        """Tell whether the launcher has to be told where ranks go: they are not where Slurm has its tasks."""
        del plan
        return False

    def shape(self, group: Group) -> Iterator[tuple[str, str]]:
        """Yield the sbatch options that say how many tasks go where: as many on each node.

        Without tasks per node Slurm would heap the tasks on the first nodes.
        """
        yield "nodes", str(group.nodes)
        yield "ntasks", str(group.tasks)
        yield "ntasks-per-node", str(group.tasks_per_node)

    def refusals(self, plan: JobPlan) -> Iterator[Finding]:
        """Yield what keeps a job from being started in this mode, whatever the launcher can do."""
        del plan
        yield from ()

    def spread(self, plan: JobPlan) -> str:
        """Return the words of a script's header that come after the number of ranks: how they are spread."""
        return evenly(plan)

    def task(self, plan: JobPlan) -> str:
        """Return what a node has one of, where a task is no rank."""
        del plan
        return ""

    def caution(self, plan: JobPlan) -> str:
        """Return what else a summary should say of the nodes."""
        del plan
        return ""

    def nodes(self, nodes: int) -> str:
        """Return a number of nodes for a table."""
        return str(nodes)


def route_of_mode(plan: JobPlan) -> Route:
    """Return where the mode of a job is said, or the job itself."""
    return plan.job.layout.route if plan.job.layout else plan.job.route


def evenly(plan: JobPlan) -> str:
    """Return words for ranks that are alike: equally many on each node, or one more on the first."""
    first, each = plan.placement.shares[0], plan.placement.shares[-1]
    if first > each:
        return f" on {plan.nodes} nodes, {first} on the first and {each} on each other"
    return f", {each} on each of {plan.nodes} nodes" if plan.nodes > 1 else " on 1 node"


def beside_workers(plan: JobPlan) -> str:
    """Return words for a leader beside the workers of the first node; without a leader all ranks are alike."""
    if not plan.placement.has_leader:
        return evenly(plan)
    first, each = plan.placement.shares[0], plan.placement.shares[-1]
    others = f" and {each} on each other" if plan.nodes > 1 else ""
    return f" on {plural(plan.nodes, 'node')}, {first} on the first (rank 0 leads){others}"
