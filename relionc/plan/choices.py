"""The values that each variable of a choice may take: all that there are, whatever the pins and limits.

A requirement can be left out to see what it costs, a candidate that is missing can not; so domains look at no limit
but the hardware's, and go beyond it only as far as a pin does.
"""

from __future__ import annotations

from relionc.plan.gpus import highest, parse_ids
from relionc.plan.modes import preferred_modes
from relionc.plan.preferences import is_a_budget
from relionc.record import NamedTuple
from relionc.slurm.constraint import constraint_least, parse_constraint
from relionc.solve import Span, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.plan.choice import Choice
    from relionc.plan.modes.base import Mode
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pools import NodePool

UNKNOWN = 64
"""The most CPUs and ranks that are tried on hardware that nobody has described."""


def variables(on_site: DemandOnSite) -> tuple[Variable[Choice], ...]:
    """Return the variables in the order of search; each domain looks at the values of those that it names."""
    domains = _Domains(on_site, {})
    return (
        Variable("pool", domains.pool, ()),
        Variable("mode", domains.mode, ()),
        Variable("leader", domains.leader, ("mode",)),
        Variable("gpus", domains.gpus, ("pool",)),
        Variable("cpus_per_task", domains.cpus_per_task, ("pool",), ()),
        # GPUs say which workers are tried first
        Variable("workers_per_node", domains.workers_per_node, ("pool", "mode"), ("mode",)),
        Variable("nodes_or_tasks", domains.nodes_or_tasks, ("pool", "mode"), ()),
    )


class _Domains(NamedTuple):
    """One method per variable; `sizes` are the spans of nodes found so far: a search asks again and again."""

    on_site: DemandOnSite
    sizes: dict[tuple[int, bool], Span]

    def pool(self, _: Choice) -> Iterable[NodePool]:
        """The preferred first; but those without room for the usual number of ranks, or with idle GPUs, wait."""
        if self.on_site.demand.gpu:
            return self.on_site.pools
        usual = self.on_site.cluster.policy.ntasks
        return sorted(
            self.on_site.pools, key=lambda pool: (_cpus_in(pool) < usual, pool.node_type.gpus, pool.order)
        )

    def mode(self, _: Choice) -> Iterable[Mode]:
        return preferred_modes(self.on_site)

    def leader(self, choice: Choice) -> Iterable[NodePool | None]:
        """Where the leader is, if it has nodes of its own: nodes without GPUs."""
        if not choice.mode.leader_apart:
            return (None,)
        return [pool for pool in self.on_site.pools if not pool.node_type.gpus] or (None,)

    def gpus(self, choice: Choice) -> Iterable[int]:
        """GPUs per node: all first, or one of a program that has no use for more."""
        demand, node = self.on_site.demand, choice.pool.node_type
        if not demand.gpu:
            return (0,)
        return sorted(
            {*range(1, node.gpus + 1), *self._pinned_gpus()},
            reverse=not (demand.serial or demand.single_gpu),
        )

    def _pinned_gpus(self) -> set[int]:
        """GPUs of a node that a pin could mean, whatever the node has."""
        demand, pins = self.on_site.demand, self.on_site.demand.pins
        if not demand.gpu:
            return set()
        pinned = {pins.gpus_per_node or 1, highest(demand.gpu_ids) + 1, *_divisors(pins.gpus or 1)}
        if pins.ntasks_per_node and (pins.ranks_per_gpu or demand.one_rank_per_gpu):
            each, per_gpu = pins.ntasks_per_node, pins.ranks_per_gpu or 1
            pinned |= {each // per_gpu, (each - 1) // per_gpu}
        return {gpus for gpus in pinned if gpus > 0}

    def workers_per_node(self, choice: Choice) -> Span:
        """Workers per node, the likely ones first; 0 where Slurm places them."""
        if choice.mode.leaves_nodes_to_slurm:
            return Span(0, 0, 0, reads=("mode",))
        pool, gpus, most = choice.pool, choice.gpus, choice.pool.node_type.cpus or UNKNOWN
        per_gpu = self.on_site.demand.pins.ranks_per_gpu or 1
        likely = gpus * per_gpu if gpus else max(1, most // self.on_site.preferred_cpus(pool))
        if not gpus and is_a_budget(self.on_site):
            likely = most
        return Span(1, most, min(likely, most), tuple(sorted(self._pinned_workers(most))))

    def _pinned_workers(self, most: int) -> set[int]:
        """Workers beyond a node's CPUs that a pin could mean: such a pin is refused with its number."""
        demand, pins = self.on_site.demand, self.on_site.demand.pins
        each, ntasks = pins.ntasks_per_node or 1, pins.ntasks or 1
        sharing = [gpus * (pins.ranks_per_gpu or 1) for gpus in self._pinned_gpus()]
        counts = {each, each - 1, *sharing, *(n + 1 for n in sharing)}
        counts |= {n for total in (ntasks, ntasks - 1) for n in _divisors(total)}
        counts |= {rule.minimum + more for rule in demand.rank_rules for more in (-1, 0, 1)}
        return {count for count in counts if count > most}

    def cpus_per_task(self, choice: Choice) -> Span:
        """CPUs of each rank, from the site's preference outward."""
        pins = self.on_site.demand.pins
        preferred = self.on_site.preferred_cpus(choice.pool)
        most = choice.pool.node_type.cpus or max(UNKNOWN, preferred)
        high = max(most, pins.cpus_per_task or 1, pins.threads or 1)
        return Span(1, high, min(preferred, high))

    def nodes_or_tasks(self, choice: Choice) -> Span:
        """Nodes, or tasks of a heterogeneous job: as many as there could be, or are pinned."""
        pool, tasks = choice.pool, choice.mode.leaves_nodes_to_slurm
        key = pool.order, tasks
        if key not in self.sizes:
            self.sizes[key] = self._size(pool, tasks=tasks)
        return self.sizes[key]

    def _size(self, pool: NodePool, *, tasks: bool) -> Span:
        demand, pins = self.on_site.demand, self.on_site.demand.pins
        pinned = pins.nodes or 1, pins.ntasks or 1, pins.gpus or 1
        least = [rule.minimum + 1 for rule in demand.rank_rules]
        usual, listed = self.on_site.cluster.policy.ntasks + 1, len(parse_ids(demand.gpu_ids))
        needed = pool.min_nodes
        if pins.constraint is not None:
            needed = max(needed, constraint_least(parse_constraint(pins.constraint)))
        nodes = pool.interchangeable_count
        there = nodes * (pool.node_type.cpus or 1) if tasks else nodes
        return Span(1, max(there, needed, usual, listed, *pinned, *least), 1)


def _cpus_in(pool: NodePool) -> int:
    """CPUs that one job can have of a pool; more than any job asks for where that is not known."""
    nodes = pool.interchangeable_count
    return min(nodes, pool.max_nodes or nodes) * (pool.usable_node.cpus or 1 << 30)


def _divisors(number: int) -> list[int]:
    small = [n for n in range(1, int(number**0.5) + 1) if number % n == 0]
    return small + [number // n for n in small]
