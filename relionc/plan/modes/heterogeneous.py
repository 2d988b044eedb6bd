"""Ranks wherever Slurm finds room: tasks, CPUs per task and memory per CPU are all that is asked."""

from __future__ import annotations

from relionc.plan.model import HETEROGENEOUS
from relionc.plan.modes.base import Mode
from relionc.slurm.allocation import heterogeneous_shares, most_when_spread, whole_cores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand
    from relionc.plan.on_site import DemandOnSite


class Heterogeneous(Mode):
    """Slurm places tasks. Where they land is said as on empty nodes of one kind."""

    name = HETEROGENEOUS
    leaves_nodes_to_slurm = True

    def is_possible(self, on_site: DemandOnSite) -> bool:
        """A program that is one process asks for its GPU by node."""
        return on_site.slurm and not (on_site.demand.serial and on_site.demand.gpu)

    def suits(self, demand: Demand) -> bool:
        """GPUs are asked for by node."""
        return not demand.gpu

    def misfit(self) -> str:
        """Return why it does not suit, for people."""
        return f"GPUs need a layout by node: {self.name} leaves the nodes to Slurm"

    def ranks(self, choice: Choice) -> int:
        """Tasks are what is asked for."""
        return choice.nodes_or_tasks

    def nodes(self, choice: Choice) -> int:
        """As Slurm fills empty ones."""
        tasks = choice.nodes_or_tasks
        return max(-(-tasks // choice.tasks_per_empty_node), min(choice.pool.min_nodes, tasks))

    def min_nodes(self, choice: Choice) -> int:
        """One may have room for all."""
        del choice
        return 1

    def ranks_per_node(self, choice: Choice) -> int:
        """Nobody says how many."""
        del choice
        return 0

    def max_ranks_per_node(self, choice: Choice) -> int:
        """All that have room, but those that Slurm keeps for other nodes."""
        pool, cpus, tasks = choice.pool, choice.cpus_per_task, choice.nodes_or_tasks
        if choice.takes_whole_nodes and pool.node_type.known:  # which is spread evenly
            return -(-tasks // choice.nodes)
        core = pool.node_type.threads_per_core
        if choice.on_site.spreads_tasks:
            return most_when_spread(choice.nodes, core, cpus, tasks)
        kept = (pool.min_nodes - 1) * whole_cores(cpus, core)
        return max(1, min((tasks * cpus - kept) // cpus, choice.tasks_per_empty_node))

    def max_ranks_on_other_nodes(self, choice: Choice) -> int:
        """As on the first: any node may be the fullest."""
        return self.max_ranks_per_node(choice)

    def slots(self, choice: Choice) -> int:
        """One for each rank."""
        return choice.nodes_or_tasks

    def shares(self, choice: Choice) -> tuple[int, ...]:
        """As Slurm spreads tasks over empty nodes."""
        return heterogeneous_shares(
            choice.pool.fillable_node,
            choice.cpus_per_task,
            choice.mem_per_cpu if choice.on_site.slurm else 0,
            choice.nodes_or_tasks,
            least=choice.pool.min_nodes,
            exclusive=choice.takes_whole_nodes,
            evenly=choice.on_site.spreads_tasks,
        )
