"""What every way to spread ranks over nodes can be asked."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand
    from relionc.plan.on_site import DemandOnSite


class Mode:
    """A way to spread ranks over nodes; without more, so many tasks on each of so many nodes, all alike.

    `leaves_nodes_to_slurm`: Slurm places tasks wherever there is room, and nothing is asked by node. `leader_apart`:
    the leader has a node of its own, in a group of its own. `tasks_share_nodes`: Slurm allocates several tasks on one.
    `ranks_see_all_gpus`: no step hides from the ranks of an exclusive job the GPUs that it does not ask for.
    """

    name: str
    leaves_nodes_to_slurm = False
    leader_apart = False
    tasks_share_nodes = True
    ranks_see_all_gpus = False

    def __str__(self) -> str:
        return self.name

    # --- when it suits --------------------------------------------------------------------------------------

    def is_possible(self, on_site: DemandOnSite) -> bool:
        """Whether a job of this kind can be spread so at all: whether it is worth a thought."""
        return on_site.slurm and not on_site.demand.serial

    def suits(self, demand: Demand) -> bool:
        """Whether what a job needs can be had so."""
        del demand
        return True

    def misfit(self) -> str:
        """Return why it does not suit, for people."""
        return f"{self.name} is for batch jobs"

    # --- ranks and nodes ------------------------------------------------------------------------------------

    def leader_slots(self, demand: Demand) -> int:
        """Ranks beside the workers that every node has: the leader's, or what is called so."""
        del demand
        return 0

    def ranks(self, choice: Choice) -> int:
        """Ranks launched."""
        return choice.workers_per_node * choice.nodes_or_tasks + self.leader_slots(choice.on_site.demand)

    def nodes(self, choice: Choice) -> int:
        """Nodes with workers."""
        return choice.nodes_or_tasks

    def min_nodes(self, choice: Choice) -> int:
        """Nodes with workers, whatever the CPUs of a task."""
        return choice.nodes_or_tasks

    def ranks_per_node(self, choice: Choice) -> int:
        """Ranks for which a node with workers has a place; 0: nobody says how many."""
        return choice.workers_per_node + self.leader_slots(choice.on_site.demand)

    def max_ranks_per_node(self, choice: Choice) -> int:
        """The most ranks on a node with workers."""
        return self.ranks_per_node(choice)

    def max_ranks_on_other_nodes(self, choice: Choice) -> int:
        """The most ranks on a node that is not the first, where there is one."""
        return choice.workers_per_node

    # --- what Slurm allocates -------------------------------------------------------------------------------

    def tasks_per_node(self, choice: Choice) -> int:
        """Tasks that Slurm allocates on a node with workers; 0: left to Slurm."""
        return self.ranks_per_node(choice)

    def slots(self, choice: Choice) -> int:
        """Tasks that Slurm allocates in all."""
        return self.tasks_per_node(choice) * choice.nodes_or_tasks

    def unused_slots(self, choice: Choice) -> int:
        """Places for a rank that are allocated and not used: the leader's, on every node but the first."""
        return choice.nodes_or_tasks - 1 if choice.leader_slots else 0

    def shares(self, choice: Choice) -> tuple[int, ...]:
        """Ranks that run on each node, in the order of the allocation."""
        others = [choice.workers_per_node] * (choice.nodes_or_tasks - 1)
        return (self.ranks_per_node(choice), *others)
