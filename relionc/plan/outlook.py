"""What a layout costs at the least, as far as the kind of node, the mode and the CPUs of a rank say: all costs at once.

Where the costs before it are at their least, a cost may be bound by more: with no rank missing there are so many, with
the preferred threads each has so many CPUs, with no GPU doubled each has one. docs/solver.md has the order of costs.
"""

from __future__ import annotations

from math import ceil, inf
from typing import TYPE_CHECKING

from relionc.plan.choice import Choice
from relionc.plan.modes import LEFT_TO_SLURM, preferred_modes
from relionc.plan.on_site import MIB
from relionc.plan.preferences import usual_ranks
from relionc.plan.requirements import is_known, requirement
from relionc.record import NamedTuple
from relionc.solve import Outlook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.plan.modes.base import Mode
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName
    from relionc.plan.pools import NodePool

_MANY = 1 << 40
"""More than any node has."""
_ROUNDING = 1e-6
"""More than sums of memory are off by, in ranks."""


def outlook(
    on_site: DemandOnSite, names: tuple[str, ...], loosened: frozenset[str]
) -> tuple[Outlook[Choice], ...]:
    """Return what can be told of the costs of these names; nothing where more than pins may be broken."""
    pins = [requirement(label).pin for label in loosened if is_known(label)]
    broken = [name for name in pins if name is not None]
    if len(broken) < len(loosened):
        return ()
    least = _Least(on_site, names, broken)
    return (
        Outlook(("pool",), least.of_pool),
        Outlook(("pool", "mode"), least.of_mode),
        Outlook(("pool", "mode", "cpus_per_task"), least.of_cpus),
    )


class _Spread(NamedTuple):
    """What a mode makes of a demand; of any mode, what is the best of them.

    `beside` are the ranks beside the workers, `slots` the places for one on each node with workers; `among`: the leader
    takes a worker's place. `handicap` are CPUs that count as idle, `order` is its place among those that are preferred.
    """

    beside: int
    slots: int
    among: bool
    leaves_nodes_to_slurm: bool
    leader_apart: bool
    handicap: int
    order: int

    @classmethod
    def of(cls, on_site: DemandOnSite, mode: Mode, order: int) -> _Spread:
        """Return it of one mode."""
        beside, apart, left = mode.leader_slots(on_site.demand), mode.leader_apart, mode.leaves_nodes_to_slurm
        return cls(
            beside=beside,
            slots=0 if apart else beside,
            among=on_site.demand.leader and not beside and not left,
            leaves_nodes_to_slurm=left,
            leader_apart=apart,
            handicap=dict(on_site.cluster.policy.mode_cpus).get(mode.name, 0),
            order=order,
        )


class _Least:
    """The least costs on a site, where some pins may be broken."""

    def __init__(self, on_site: DemandOnSite, names: tuple[str, ...], broken: Iterable[PinName]) -> None:
        demand = on_site.demand
        self.on_site = on_site
        self.names = names
        self.pins = demand.pins.without(tuple(broken))
        self.ranks = self.pins.ntasks or usual_ranks(on_site) or 0
        self.has_memory_of_node = not demand.pins.has("mem", "mem_per_cpu")
        self.shares_by_memory = (
            bool(self.ranks) and on_site.slurm and not demand.gpu and demand.pins.mem is None
        )
        self.spreads = {mode: _Spread.of(on_site, mode, i) for i, mode in enumerate(preferred_modes(on_site))}
        self.allowed = [each for mode, each in self.spreads.items() if self._allows(mode)]
        self.any_mode = _Spread(1, 0, demand.leader, False, False, 0, 0)
        one = demand.leader and not demand.ranks_are_asked and (demand.pins.ranks_per_gpu or 1) == 1
        self.leader_makes_uneven = demand.gpu and on_site.slurm and one

    def of_pool(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool: of any mode, with the threads that cost least."""
        pool = choice.pool
        return self._costs(pool, self.any_mode, self._cheapest_cpus(pool))

    def of_mode(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool and mode: with the threads that cost least."""
        return self._costs(choice.pool, self.spreads[choice.mode], self._cheapest_cpus(choice.pool))

    def of_cpus(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool, mode and CPUs of a rank."""
        return self._costs(choice.pool, self.spreads[choice.mode], choice.cpus_per_task)

    def _allows(self, mode: Mode) -> bool:
        on_site = self.on_site
        listed = not on_site.slurm or mode.name in on_site.cluster.modes
        return mode.suits(on_site.demand) and listed and self.pins.layout in (None, mode.name)

    def _cheapest_cpus(self, pool: NodePool) -> int:
        pins = self.pins
        return pins.cpus_per_task or max(self.on_site.preferred_cpus(pool), pins.threads or 0)

    def _costs(self, pool: NodePool, mode: _Spread, cpus: int) -> list[float]:
        nodes_at_all = self._nodes_at_all(pool, mode)
        if self.leader_makes_uneven and mode.among and mode is not self.any_mode and nodes_at_all > 1:
            return [inf] * len(self.names)  # the node where it takes a worker's place is not like the others
        nodes = self._nodes(pool, mode, cpus)
        idle, stranded = self._beyond_share(pool, mode, cpus) if self.shares_by_memory else (0, 0)
        of_mode, order = self._idle_and_order(mode, nodes, cpus)
        told: dict[str, float] = {
            "GPUs left": self._gpus_left(pool, nodes_at_all),
            "threads": abs(cpus - self.on_site.preferred_cpus(pool)),
            "workers": -self._most_workers(pool, mode, cpus),
            "CPUs idle": of_mode + idle,
            "mode": order,
            "memory stranded": stranded // MIB,
            "nodes": nodes + mode.leader_apart,
            "kind of node": pool.order,
        }
        return [told.get(name, 0) for name in self.names]

    def _idle_and_order(self, mode: _Spread, nodes: int, cpus: int) -> tuple[int, int]:
        """CPUs that count as idle in a mode, and its place; of any mode, the least of both."""
        modes = self.allowed if mode is self.any_mode else (mode,)
        return min(
            (
                (each.handicap + (nodes - 1) * cpus * (each.slots > 0), each.order)
                for each in modes
                if not (self.leader_makes_uneven and each.among and nodes > 1)
            ),
            default=(0, 0),
        )

    # --- nodes ------------------------------------------------------------------------------------------------

    def _nodes(self, pool: NodePool, mode: _Spread, cpus: int) -> int:
        """The fewest nodes with workers, where ranks have so many CPUs and no GPU is doubled or left."""
        if mode.leaves_nodes_to_slurm:
            return self._filled_nodes(pool, cpus)
        nodes = self._nodes_of(mode, min(self._room(pool, mode, cpus), self._workers_of_gpus(pool, mode)))
        return max(nodes, -(-self.pins.gpus // self._gpus_of_node(pool))) if self.pins.gpus else nodes

    def _nodes_of(self, mode: _Spread, workers: int) -> int:
        """The fewest nodes of so many workers at the most."""
        of_ranks = -(-(self.ranks - mode.beside) // workers) if self.ranks else 1
        return max(self.pins.nodes or 1, of_ranks)

    def _nodes_at_all(self, pool: NodePool, mode: _Spread) -> int:
        """The fewest nodes with workers, whatever the CPUs of a rank and the workers of a GPU."""
        if mode is self.any_mode or mode.leaves_nodes_to_slurm:
            return 1
        nodes = self._nodes_of(mode, self._room(pool, mode, 1) if self.ranks else 1)
        gpus = self.pins.gpus
        if not gpus:
            return nodes
        return max(nodes, -(-gpus // (self.pins.gpus_per_node or pool.node_type.gpus or gpus)))

    def _filled_nodes(self, pool: NodePool, cpus: int) -> int:
        ranks = self.ranks
        return Choice(self.on_site, pool, LEFT_TO_SLURM, None, 0, cpus, 0, ranks).nodes if ranks else 1

    # --- workers of a node ------------------------------------------------------------------------------------

    def _room(self, pool: NodePool, mode: _Spread, cpus: int) -> int:
        """The most workers of a node by its CPUs and its memory, each with so many CPUs; 1 where none has room."""
        node, demand = pool.node_type, self.on_site.demand
        most = min(pool.usable_node.cpus or _MANY, pool.max_cpus(node.gpus if demand.gpu else 0) or _MANY)
        node = node if mode is self.any_mode else pool.usable_node  # Slurm fills one up to all that it has
        workers, there = most // cpus - mode.slots, node.memory_mib
        if there and self.has_memory_of_node:
            each = self.on_site.amounts(demand.threads_of(cpus), sure=True).worker_gib
            if each:
                workers = min(workers, int(there / MIB / each + _ROUNDING) + mode.among)
        return max(1, workers)

    def _workers_of_gpus(self, pool: NodePool, mode: _Spread) -> int:
        """The most workers of a node, one for each GPU."""
        if not self.on_site.demand.gpu or not pool.node_type.known:
            return _MANY
        return self._gpus_of_node(pool) + mode.among

    def _most_workers(self, pool: NodePool, mode: _Spread, cpus: int) -> int:
        """The most workers on all nodes, where their number is pinned."""
        nodes = self.pins.nodes
        if nodes is None or mode.leaves_nodes_to_slurm:
            return _MANY
        of_gpus = self._workers_of_gpus(pool, mode) - (mode.among and nodes > 1)
        ranks = nodes * min(self._room(pool, mode, cpus), of_gpus) + mode.beside
        return ranks - self.on_site.demand.leader if ranks > 1 and mode is not self.any_mode else ranks

    # --- GPUs -------------------------------------------------------------------------------------------------

    def _gpus_of_node(self, pool: NodePool) -> int:
        """GPUs that a job takes of each node so that the fewest are left; the most, where that is not known."""
        pins, there = self.pins, pool.node_type.gpus
        if pins.gpus_per_node or not pins.gpus:
            return pins.gpus_per_node or there or 1
        divisors = (gpus for gpus in range(min(there, pins.gpus), 0, -1) if pins.gpus % gpus == 0)
        return next(divisors, pins.gpus)

    def _gpus_left(self, pool: NodePool, nodes: int) -> int:
        demand, there = self.on_site.demand, pool.node_type.gpus
        if not demand.gpu:
            return there * nodes
        if demand.serial or demand.single_gpu:
            return ((self.pins.gpus_per_node or 1) - 1) * nodes
        if self._others_use_the_rest(pool):
            return 0
        gpus = self._gpus_of_node(pool)
        if self.pins.gpus and not self.pins.gpus_per_node:
            nodes = self.pins.gpus // gpus
        return max(0, there - gpus) * nodes

    def _others_use_the_rest(self, pool: NodePool) -> bool:
        takes_whole_nodes = self.on_site.exclusive or pool.gives_whole_nodes
        return not takes_whole_nodes and self.pins.has("gpus", "gpus_per_node")

    # --- CPUs and memory --------------------------------------------------------------------------------------

    def _beyond_share(self, pool: NodePool, mode: _Spread, cpus: int) -> tuple[int, int]:
        """CPUs that go with the memory of all ranks, beyond their own, and MiB that go with their CPUs, beyond it."""
        node = pool.node_type
        if not node.known or not node.memory_mib:
            return 0, 0
        least, most = self._memory_of_rank(pool, mode, cpus)
        idle = max(0, least * node.cpus - cpus * node.memory_mib) * self.ranks // node.memory_mib
        return idle, max(0, cpus * node.memory_mib - most * node.cpus) * self.ranks // node.cpus

    def _memory_of_rank(self, pool: NodePool, mode: _Spread, cpus: int) -> tuple[int, int]:
        """MiB that a rank asks for, at the least and at the most."""
        on_site, limit = self.on_site, pool.max_memory_per_cpu_mib
        pinned, usual = on_site.demand.pins.mem_per_cpu, on_site.cluster.policy.memory_per_cpu_mib
        if pinned is not None:
            return pinned * cpus, pinned * cpus
        threads = on_site.demand.threads_of(cpus)
        all_in_all = on_site.amounts(threads)
        largest = ceil(max(all_in_all.worker_gib, all_in_all.leader_gib) * MIB)
        least = (min(usual, limit) if limit else usual) * cpus
        if limit and on_site.cluster.memory_of_node:
            least = 0
        if mode.leaves_nodes_to_slurm:
            least = max(least, int(on_site.amounts(threads, sure=True).worker_gib * MIB))
        return least, max(usual * cpus, largest + cpus)
