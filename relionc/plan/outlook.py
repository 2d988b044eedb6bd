"""What a layout costs at the least, as far as the kind of node, the mode and the CPUs of a rank say: all costs at once.

Where the costs before it are at their least, a cost may be bound by more: with no rank missing there are so many, with
the preferred threads each has so many CPUs, with no GPU doubled each has one. docs/solver.md has the order of costs.
"""

from __future__ import annotations

from math import ceil, inf

from relionc.plan.choice import Choice
from relionc.plan.gpus import shares_gpus
from relionc.plan.modes import LEFT_TO_SLURM, preferred_modes
from relionc.plan.on_site import MIB
from relionc.plan.preferences import is_a_budget
from relionc.plan.requirements import is_known, requirement
from relionc.plan.requirements.cpus import LEAST_CPUS, WHOLE_CORES
from relionc.plan.requirements.gpus import DEVICES, GPU_LIST, SINGLE_GPU, VRAM, each_has_a_gpu
from relionc.plan.requirements.memory import MEMORY_PER_CPU, NODE_MEMORY, RANKS_MEMORY
from relionc.plan.requirements.ranks import ONE_NODE, SERIAL, is_broken
from relionc.plan.requirements.scratch import SCRATCH_DISK, SCRATCH_NEED
from relionc.plan.requirements.site import JOB_SIZE, LEADER, MIN_NODES
from relionc.plan.requirements.time import TIME
from relionc.record import NamedTuple
from relionc.solve import Likely, Outlook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relionc.plan.modes.base import Mode
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName
    from relionc.plan.pools import NodePool
    from relionc.plan.preferences import Costs

_MANY = 1 << 40
"""More than any node has."""
_ROUNDING = 1e-6
"""More than sums of memory are off by, in ranks."""


def outlook(on_site: DemandOnSite, costs: Costs, loosened: frozenset[str]) -> tuple[Outlook[Choice], ...]:
    """Return what can be told of these costs; nothing where requirements may be broken that bounds rest on."""
    pins = {label: requirement(label).pin for label in loosened - _NOT_ASKED if is_known(label)}
    broken = [name for name in pins.values() if name is not None]
    if len(broken) < len(loosened - _NOT_ASKED):
        return ()
    least = _Least(on_site, tuple(each.name for each in costs), broken, loosened)
    of_mode, of_cpus = ("pool", "mode"), ("pool", "mode", "leader", "gpus", "cpus_per_task")
    told = (
        Outlook(("pool",), least.of_pool),
        Outlook(of_mode, least.of_mode),
        Outlook(("pool", "mode", "gpus"), least.of_gpus),
        Outlook(of_cpus, least.of_cpus),
    )
    if not least.knows_numbers:
        return told
    numbers = _ByNumbers(least, costs)
    return (
        *told,
        Outlook(of_mode, numbers.of_mode, late=True, likely=numbers.likely_of_mode),
        Outlook(of_cpus, numbers.of_cpus, late=True, likely=numbers.likely_of_cpus),
    )


_NOT_ASKED = frozenset(
    each.label
    for each in (
        RANKS_MEMORY,
        NODE_MEMORY,
        MEMORY_PER_CPU,
        SERIAL,
        ONE_NODE,
        SINGLE_GPU,
        VRAM,
        GPU_LIST,
        DEVICES,
        SCRATCH_NEED,
        SCRATCH_DISK,
        TIME,
        WHOLE_CORES,
        LEAST_CPUS,
        JOB_SIZE,
        MIN_NODES,
        LEADER,
    )
)
"""Requirements that no bound rests on; on memory of ranks and GPUs, and on one process, only where they must be met."""


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
            handicap=on_site.handicaps.get(mode.name, 0),
            order=order,
        )


class Numbers(NamedTuple):
    """Workers of a node and nodes (or tasks) with which a job may cost least; `complete`: no others will do."""

    found: list[tuple[int, int]]
    complete: bool


class _Least:
    """The least costs on a site, where some pins may be broken."""

    def __init__(
        self,
        on_site: DemandOnSite,
        names: tuple[str, ...],
        broken: Iterable[PinName],
        loosened: frozenset[str] = frozenset(),
    ) -> None:
        demand = on_site.demand
        self.on_site = on_site
        self.names = names
        self.pins = demand.pins.without(tuple(broken))
        self.serial = demand.serial and SERIAL.label not in loosened
        self.ranks = 1 if self.serial else self.pins.ntasks or on_site.usual_ranks or 0
        self.least_cpus = self.pins.cpus_per_task or self.pins.threads or 1
        self.takes_one = demand.gpu and (demand.serial or demand.single_gpu)
        self.has_gpu_each = demand.gpu and each_has_a_gpu(on_site)
        self.has_memory_of_gpu = self.has_gpu_each and VRAM.label not in loosened
        self.gpus = self._gpus_at_all()
        self.has_so_many = self.serial or self.pins.ntasks is not None
        most = [rule.maximum for rule in demand.rank_rules if rule.maximum is not None]
        self.is_a_budget = is_a_budget(on_site) and self.pins.nodes is not None
        alone = self.serial or not (demand.serial or demand.gpu_ids or demand.all_gpus)
        self.knows_numbers = on_site.slurm and alone if demand.gpu else self.ranks > 0 or self.is_a_budget
        self.uses_each_gpu = demand.gpu and self.knows_numbers and not demand.serial
        """Whether a node has as many workers as GPUs or more: with fewer, some are idle, or a worker is on two."""
        self.most_ranks = min([*most, _MANY if demand.items is None else demand.items + demand.leader])
        self.has_memory_of_node = (
            not demand.pins.has("mem", "mem_per_cpu") and RANKS_MEMORY.label not in loosened
        )
        self.shares_by_memory = (
            bool(self.ranks) and on_site.slurm and not demand.gpu and demand.pins.mem is None
        )
        self.spreads = {
            mode: _Spread.of(on_site, mode, i)
            for i, mode in enumerate(preferred_modes(on_site))
            if self._allows(mode)
        }
        self.at = {name: i for i, name in enumerate(names)}
        self.free: list[float] = [0] * len(names)
        self.never: list[float] = [inf] * len(names)
        self.of_alike: dict[int, list[float]] = {}
        self.room_of_alike: dict[int, int] = {}
        self.cpus_of_alike: dict[int, int] = {}
        self.gib_of: dict[int, tuple[float, float, float, float]] = {}
        self.any_mode = _Spread(1, 0, demand.leader, False, False, 0, 0)
        one = demand.leader and not demand.ranks_are_asked and (demand.pins.ranks_per_gpu or 1) == 1
        self.leader_makes_uneven = demand.gpu and on_site.slurm and one
        allowed = self.spreads.values()
        self.even = [each for each in allowed if not (self.leader_makes_uneven and each.among)]
        """Modes in which a job on several nodes has as many workers of each GPU."""

    def of_pool(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool: of any mode, with the threads that cost least."""
        pool = choice.pool
        if not self._is_meant(pool):
            return self.never
        if pool.alike not in self.of_alike:
            self.of_alike[pool.alike] = self._costs(pool, self.any_mode, self.cheapest_cpus(pool), 0)
        told = self.of_alike[pool.alike][:]
        missing = self.ranks - self._most_ranks(pool) if self.ranks else 0
        if missing > 0:
            if self.has_so_many:
                return self.never
            told = [missing, *self.free[1:]]
        told[self.at["kind of node"]] = pool.order
        return told

    def _is_meant(self, pool: NodePool) -> bool:
        """Whether pins leave a pool, as far as its kind of node says, and how many there are."""
        pins, node, partition = self.pins, pool.node_type, pool.partition
        nodes = pool.most_nodes or _MANY
        if (pins.nodes or 1) > nodes or (partition and pins.partition not in (None, partition.name)):
            return False
        if not node.known:
            return True
        worker, _, _, of_gpu = self._gib_of(self.least_cpus)
        if self.has_memory_of_node and worker * MIB > (node.memory_mib or inf):
            return False
        if not self.on_site.demand.gpu:
            return True
        is_asked = node.gpus > 0 and pins.gpu_type in (None, node.gpu_type) and self.gpus <= nodes * node.gpus
        return is_asked and not (self.has_memory_of_gpu and of_gpu > (node.vram_gib or inf))

    def of_mode(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool and mode: with the threads that cost least."""
        if choice.mode not in self.spreads:
            return self.never
        return self._costs(choice.pool, self.spreads[choice.mode], self.cheapest_cpus(choice.pool), 0)

    def of_gpus(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool, mode and GPUs of a node: with the threads that cost least."""
        pool, gpus = choice.pool, choice.gpus
        if gpus and self.gpus and (self.gpus % gpus or (self.serial and gpus != self.gpus)):
            return self.never  # no number of nodes has so many; a process alone has one node
        if gpus > (pool.node_type.gpus or gpus):
            return self.never
        return self._costs(pool, self.spreads[choice.mode], self.cheapest_cpus(pool), gpus)

    def of_cpus(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool, mode, GPUs of a node and CPUs of a rank."""
        pool, mode, cpus, gpus = choice.pool, self.spreads[choice.mode], choice.cpus_per_task, choice.gpus
        others = 0 if self.on_site.demand.leader else mode.beside  # who is called so is a worker, too
        if self.uses_each_gpu and self._room(pool, mode, cpus) < gpus - others:
            return self.never
        return self._costs(pool, mode, cpus, gpus)

    def _allows(self, mode: Mode) -> bool:
        on_site = self.on_site
        listed = not on_site.slurm or mode.name in on_site.cluster.modes
        pinned = self.pins.layout in (None, mode.name) and not (
            mode.leaves_nodes_to_slurm and self.pins.nodes
        )
        return mode.suits(on_site.demand) and listed and pinned

    def cheapest_cpus(self, pool: NodePool) -> int:
        """Return the CPUs of a rank that cost least: those preferred, or as many as leave memory of its GPU."""
        if pool.alike not in self.cpus_of_alike:
            pins, most = self.pins, pool.node_type.vram_gib if self.has_memory_of_gpu else 0
            cpus = pins.cpus_per_task or max(self.on_site.preferred_cpus(pool), pins.threads or 0)
            while most and cpus > self.least_cpus and self._gib_of(cpus)[3] > most:
                cpus -= 1
            self.cpus_of_alike[pool.alike] = cpus
        return self.cpus_of_alike[pool.alike]

    def _costs(self, pool: NodePool, mode: _Spread, cpus: int, gpus: int) -> list[float]:
        """Return the least costs with so many GPUs of a node; 0: with those that cost least."""
        nodes_at_all = self._nodes_at_all(pool, mode, gpus)
        gpus = gpus or self.gpus_of_node(pool)
        if self.leader_makes_uneven and mode.among and mode is not self.any_mode and nodes_at_all > 1:
            return self.never  # the node where it takes a worker's place is not like the others
        nodes = self._nodes(pool, mode, cpus, gpus)
        idle, stranded = self._beyond_share(pool, mode, cpus) if self.shares_by_memory else (0, 0)
        of_mode, order = self._idle_and_order(mode, nodes, cpus)
        told, at = self.free[:], self.at
        told[at["GPUs left"]] = self._gpus_left(pool, nodes_at_all, gpus)
        told[at["threads"]] = abs(cpus - self.on_site.preferred_cpus(pool))
        told[at["CPUs idle"]] = of_mode + idle
        told[at["mode"]] = order
        told[at["memory stranded"]] = stranded // MIB
        told[at["nodes"]] = nodes + mode.leader_apart
        told[at["kind of node"]] = pool.order
        if "workers" in at:
            told[at["workers"]] = -self._most_workers(pool, mode, cpus, gpus)
        if self.has_gpu_each and "GPU memory missing" in at:
            told[at["GPU memory missing"]] = self._vram_missing(pool, cpus)
        return told

    def _idle_and_order(self, mode: _Spread, nodes: int, cpus: int) -> tuple[int, int]:
        """CPUs that count as idle in a mode, and its place; of any mode, the least of both."""
        more = (nodes - 1) * cpus
        if mode is not self.any_mode:
            return mode.handicap + (more if mode.slots else 0), mode.order
        modes = self.even if more else self.spreads.values()
        return min(
            [(each.handicap + (more if each.slots else 0), each.order) for each in modes], default=(0, 0)
        )

    # --- nodes ------------------------------------------------------------------------------------------------

    def numbers(self, pool: NodePool, mode: Mode, cpus: int, gpus: int) -> Numbers | None:
        """Return the ways to spread the ranks that cost least; None where nobody can tell them.

        Of pinned nodes, all that they have room for; else all ways to spread so many ranks.
        """
        spread, pins = self.spreads[mode], self.pins
        if self.on_site.demand.gpu:
            return self._one_for_each(spread, gpus)
        if spread.leaves_nodes_to_slurm:
            found = [(0, self.ranks)] if self._filled_nodes(pool, cpus) <= (pool.most_nodes or _MANY) else []
        elif self.is_a_budget:
            found = list(self._filled(spread, pins.nodes or 1, self._room(pool, spread, cpus)))
        else:
            workers = self.ranks - spread.beside
            found = list(self._divided(pool, workers, self._room(pool, spread, cpus)))
        if not self.is_a_budget and not self.has_so_many and (pool.gives_whole_nodes or pool.node_type.gpus):
            return None  # with a few ranks more it may cost less
        return Numbers(found, complete=self.has_so_many or (self.is_a_budget and not found))

    def is_in_vain(self, pool: NodePool, mode: Mode) -> bool:
        """Whether so many ranks cannot be spread so at all, not even with the fewest CPUs."""
        is_exact = not mode.leaves_nodes_to_slurm or self.pins.cpus_per_task  # some CPUs leave less of a core
        if self.on_site.demand.gpu or not self.has_so_many or not is_exact:
            return False
        numbers = self.numbers(pool, mode, self.least_cpus, 0)
        return numbers is not None and not numbers.found

    def _one_for_each(self, mode: _Spread, gpus: int) -> Numbers | None:
        """Return a worker for each GPU: with fewer some are idle, with more than are asked for some are doubled."""
        pins = self.pins
        if self.serial:
            return Numbers([(1, 1)], complete=True)
        if mode.among or mode.leaves_nodes_to_slurm or (mode.beside and not self.on_site.demand.leader):
            return None  # of one node, a worker's place is the leader's, or the leader's a worker's
        if "workers" in self.at and pins.nodes is None:
            return None  # the more nodes, the more workers
        workers = gpus * (pins.ranks_per_gpu or 1)
        of_ranks = ((pins.ntasks or 0) - mode.beside) // workers
        nodes = pins.nodes or self.gpus // gpus or max(1, of_ranks)
        if pins.ntasks and workers * nodes + mode.beside != pins.ntasks:
            return None
        return Numbers([(workers, nodes)], complete=False)

    def _filled(self, mode: _Spread, nodes: int, room: int) -> Iterator[tuple[int, int]]:
        """Yield the most workers of a node with which the program can have so many ranks: for some, an odd number.

        One rank works as much as two, of which one leads.
        """
        most = min(room, (self.most_ranks - mode.beside) // nodes)
        for workers in range(most, max(0, most - 2), -1):
            if self._may_be(workers * nodes + mode.beside):
                yield workers, nodes
                if mode.among and (workers, nodes) == (2, 1):
                    yield 1, 1
                return

    def _divided(self, pool: NodePool, workers: int, room: int) -> Iterator[tuple[int, int]]:
        """Yield the ways to have the same number of workers on each node."""
        least = max(1, -(-workers // (pool.most_nodes or max(1, workers))))
        for of_node in range(least, min(workers, room) + 1):
            if workers % of_node == 0 and self.pins.nodes in (None, workers // of_node):
                yield of_node, workers // of_node

    def _may_be(self, ranks: int) -> bool:
        return not any(is_broken(rule, ranks) for rule in self.on_site.demand.rank_rules)

    def _nodes(self, pool: NodePool, mode: _Spread, cpus: int, gpus: int) -> int:
        """The fewest nodes with workers, where ranks have so many CPUs and no GPU is doubled or left."""
        if mode.leaves_nodes_to_slurm:
            return self._filled_nodes(pool, cpus)
        nodes = self._nodes_of(
            mode, min(self._room(pool, mode, cpus), self._workers_of_gpus(pool, mode, gpus))
        )
        return max(nodes, -(-self.gpus // gpus)) if self.gpus else nodes

    def _nodes_of(self, mode: _Spread, workers: int) -> int:
        """The fewest nodes of so many workers at the most."""
        of_ranks = -(-(self.ranks - mode.beside) // workers) if self.ranks else 1
        return max(self.pins.nodes or 1, of_ranks)

    def _nodes_at_all(self, pool: NodePool, mode: _Spread, gpus: int) -> int:
        """The fewest nodes with workers, whatever the CPUs of a rank and the workers of a GPU."""
        if mode is self.any_mode or mode.leaves_nodes_to_slurm:
            return 1
        nodes = self._nodes_of(mode, self._room(pool, mode, self.least_cpus) if self.ranks else 1)
        if not self.gpus:
            return nodes
        return max(
            nodes, -(-self.gpus // (gpus or self.pins.gpus_per_node or pool.node_type.gpus or self.gpus))
        )

    def _filled_nodes(self, pool: NodePool, cpus: int) -> int:
        ranks = self.ranks
        return Choice(self.on_site, pool, LEFT_TO_SLURM, None, 0, cpus, 0, ranks).nodes if ranks else 1

    def _most_ranks(self, pool: NodePool) -> int:
        """The most ranks that all nodes of a pool have room for, with one beside them."""
        if pool.alike not in self.room_of_alike:
            self.room_of_alike[pool.alike] = self._room(pool, self.any_mode, self.least_cpus)
        return (pool.most_nodes or _MANY) * self.room_of_alike[pool.alike] + 1

    # --- workers of a node ------------------------------------------------------------------------------------

    def _room(self, pool: NodePool, mode: _Spread, cpus: int) -> int:
        """The most workers of a node by its CPUs and its memory, each with so many CPUs; 1 where none has room."""
        node, demand = pool.node_type, self.on_site.demand
        most = min(pool.usable_node.cpus or _MANY, pool.max_cpus(node.gpus if demand.gpu else 0) or _MANY)
        node = node if mode is self.any_mode else pool.usable_node  # Slurm fills one up to all that it has
        workers, there = most // cpus - mode.slots, node.memory_mib
        if there and self.has_memory_of_node:
            each = self._gib_of(cpus)[0]
            if each:
                workers = min(workers, int(there / MIB / each + _ROUNDING) + mode.among)
        return max(1, workers)

    def _workers_of_gpus(self, pool: NodePool, mode: _Spread, gpus: int) -> int:
        """The most workers of a node, one for each GPU."""
        if not self.on_site.demand.gpu or not pool.node_type.known:
            return _MANY
        return gpus + mode.among

    def _most_workers(self, pool: NodePool, mode: _Spread, cpus: int, gpus: int) -> int:
        """The most workers on all nodes, where their number is pinned."""
        nodes = self.pins.nodes
        if nodes is None or mode.leaves_nodes_to_slurm:
            return _MANY
        of_gpus = self._workers_of_gpus(pool, mode, gpus) - (mode.among and nodes > 1)
        ranks = nodes * min(self._room(pool, mode, cpus), of_gpus) + mode.beside
        return ranks - self.on_site.demand.leader if ranks > 1 and mode is not self.any_mode else ranks

    # --- GPUs -------------------------------------------------------------------------------------------------

    def _gpus_at_all(self) -> int:
        """GPUs that the job has in all, as is pinned, or follows from its ranks; 0: nobody can tell."""
        demand, pins = self.on_site.demand, self.pins
        if pins.gpus or not demand.gpu or not demand.one_rank_per_gpu or shares_gpus(demand.gpu_ids):
            return pins.gpus or 0
        gpus, beyond = divmod(pins.ntasks or 0, demand.pins.ranks_per_gpu or 1)
        return 0 if beyond else gpus

    def gpus_of_node(self, pool: NodePool) -> int:
        """GPUs that a job takes of each node so that the fewest are left; the most, where that is not known."""
        pins, there = self.pins, pool.node_type.gpus
        if pins.gpus_per_node or not self.gpus:
            return pins.gpus_per_node or (1 if self.takes_one else there) or 1
        if self.serial:
            return self.gpus
        if self.takes_one:
            return 1
        divisors = (gpus for gpus in range(min(there, self.gpus), 0, -1) if self.gpus % gpus == 0)
        return next(divisors, self.gpus)

    def _gpus_left(self, pool: NodePool, nodes: int, gpus: int) -> int:
        there = pool.node_type.gpus
        if not self.on_site.demand.gpu:
            return there * nodes
        if self.gpus:
            nodes = max(nodes, self.gpus // gpus)
        if self.takes_one:
            return (gpus - 1) * nodes
        return 0 if self._others_use_the_rest(pool) else max(0, there - gpus) * nodes

    def _vram_missing(self, pool: NodePool, cpus: int) -> float:
        """GiB that a worker alone lacks on its GPU."""
        there = pool.node_type.vram_gib
        return max(0.0, self._gib_of(cpus)[2] - there) if there else 0.0

    def _others_use_the_rest(self, pool: NodePool) -> bool:
        takes_whole_nodes = self.on_site.exclusive or pool.gives_whole_nodes
        return not takes_whole_nodes and self.on_site.demand.pins.has("gpus", "gpus_per_node")

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
        surely, largest, *_ = self._gib_of(cpus)
        least = (min(usual, limit) if limit else usual) * cpus
        if limit and on_site.cluster.memory_of_node:
            least = 0
        if mode.leaves_nodes_to_slurm:
            least = max(least, int(surely * MIB))
        return least, max(usual * cpus, ceil(largest * MIB) + cpus)

    def _gib_of(self, cpus: int) -> tuple[float, float, float, float]:
        """Return GiB of a worker with so many CPUs for sure, it or the leader at most; of a GPU at most, and surely."""
        if cpus not in self.gib_of:
            threads = self.on_site.demand.threads_of(cpus)
            each, sure = self.on_site.amounts(threads), self.on_site.amounts(threads, sure=True)
            larger = max(each.worker_gib, each.leader_gib)
            self.gib_of[cpus] = sure.worker_gib, larger, each.vram_gib, sure.vram_gib
        return self.gib_of[cpus]


class _ByNumbers:
    """What layouts cost whose ranks are known: there are few ways to spread so many over nodes that are alike."""

    def __init__(self, least: _Least, costs: Costs) -> None:
        self.least = least
        self.costs = costs
        self.nothing = [-inf] * len(costs)
        self.never = [inf] * len(costs)
        self.known: dict[tuple[object, ...], tuple[list[float], Likely]] = {}

    def of_mode(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool and mode: with the threads that cost least."""
        told, likely = self._cheapest(choice)
        if not likely.found and self.least.is_in_vain(choice.pool, choice.mode):
            return self.never
        # with others there may be other numbers, and fewer nodes with GPUs that are left
        return told if likely.found and not choice.pool.node_type.gpus else self.nothing

    def likely_of_mode(self, choice: Choice) -> Likely:
        """Return the choice that costs least of a pool and mode, but where a leader is apart."""
        if choice.mode.leader_apart:
            return Likely((), sure=False)
        of_node = None, self._gpus(choice.pool), self.least.cheapest_cpus(choice.pool)
        found = self._cheapest(choice)[1].found[:1]
        return Likely([(costs, (*of_node, *numbers)) for costs, numbers in found], sure=False)

    def of_cpus(self, choice: Choice) -> list[float]:
        """Return the least costs of a pool, mode, leader, GPUs of a node and CPUs of a rank."""
        return self._best(choice.pool, choice.mode, choice.leader, choice.gpus, choice.cpus_per_task)[0]

    def likely_of_cpus(self, choice: Choice) -> Likely:
        """Return the numbers of workers and nodes that cost least."""
        return self._best(choice.pool, choice.mode, choice.leader, choice.gpus, choice.cpus_per_task)[1]

    def _cheapest(self, choice: Choice) -> tuple[list[float], Likely]:
        pool = choice.pool
        return self._best(pool, choice.mode, None, self._gpus(pool), self.least.cheapest_cpus(pool))

    def _gpus(self, pool: NodePool) -> int:
        return self.least.gpus_of_node(pool) if self.least.on_site.demand.gpu else 0

    def _best(
        self, pool: NodePool, mode: Mode, leader: NodePool | None, gpus: int, cpus: int
    ) -> tuple[list[float], Likely]:
        key = pool.order, mode, leader and leader.order, gpus, cpus
        if key not in self.known:
            numbers = self.least.numbers(pool, mode, cpus, gpus)
            self.known[key] = self._costing(numbers, (pool, mode, leader, gpus, cpus))
        return self.known[key]

    def _costing(
        self, numbers: Numbers | None, of_node: tuple[NodePool, Mode, NodePool | None, int, int]
    ) -> tuple[list[float], Likely]:
        """Return what the best of some numbers costs, and all of them."""
        if numbers is None:
            return self.nothing, Likely(())
        choices = [(each, Choice(self.least.on_site, *of_node, *each)) for each in numbers.found]
        found = sorted(([cost.cost(choice) for cost in self.costs], each) for each, choice in choices)
        if found:
            return found[0][0], Likely(found, numbers.complete)
        return self.never if numbers.complete else self.nothing, Likely((), numbers.complete)
