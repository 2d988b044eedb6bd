"""What a layout must meet: the user's pins, the site's limits, the job's own needs.

The labels are `pin:NAME`, `site:NAME` and `need:NAME`; `relionc.plan.explain` turns them into words. Most are an
excess: how much a layout has too much or too little of something, not more than 0 when it is fine.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from relionc.plan.choice import Choice
from relionc.plan.gpus import highest, parse_ids
from relionc.plan.model import HETEROGENEOUS, HETJOB, ONE_TASK_PER_NODE
from relionc.plan.on_site import MIB
from relionc.slurm.allocation import cpus_beyond_cores, cpus_of_node_limit, gpus_unasked, whole_cores
from relionc.slurm.constraint import constraint_allows, constraint_least, parse_constraint
from relionc.solve import Constraint, Floor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.plan.choice import Fields
    from relionc.plan.gpus import Use
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName
    from relionc.plan.pools import NodePool

    Measure = Callable[[Choice], float]

UP: Fields = ("nodes_or_tasks",)
OF_RANKS: Fields = ("mode", "workers_per_node", "nodes_or_tasks")
OF_NODES: Fields = ("pool", "mode", "cpus_per_task", "nodes_or_tasks")
OF_NODE: Fields = ("pool", "mode", "workers_per_node", "cpus_per_task", "nodes_or_tasks")


def constraints(on_site: DemandOnSite) -> tuple[Constraint[Choice], ...]:
    """Return all requirements, the user's first."""
    return (*_pins(on_site), *_site(on_site), *_memory(on_site), *_needs(on_site), *_devices(on_site))


# --- pins -----------------------------------------------------------------------------------------------------


def _pins(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """Yield a constraint for each value that the user fixed and a layout could miss."""
    pins = on_site.demand.pins
    for name, scope, same in _word_pins(on_site):
        if pins.has(name):
            yield Constraint(f"pin:{name}", scope, _unless(same))
    for name, pinned, scope, measure in _number_pins(on_site):
        if pinned is not None:
            yield Constraint(
                f"pin:{name}", scope, measure, low=pinned, high=pinned, scale=max(pinned, 1), rising=scope
            )
    yield from _features(on_site)


def _number_pins(on_site: DemandOnSite) -> tuple[tuple[PinName, int | None, Fields, Measure], ...]:
    """Return the pins that are numbers: the variables that decide one, and its value.

    Heterogeneous leaves the nodes to Slurm, so it is far from any pin about them. Nodes are those with workers.
    """
    pins = on_site.demand.pins
    return (
        ("gpus_per_node", pins.gpus_per_node, ("gpus",), lambda c: c.gpus),
        ("cpus_per_task", pins.cpus_per_task, ("cpus_per_task",), lambda c: c.cpus_per_task),
        ("nodes", pins.nodes, ("mode", "nodes_or_tasks"), lambda c: _by_node(c, c.nodes_or_tasks)),
        ("ntasks", pins.ntasks, OF_RANKS, lambda c: c.ranks),
        ("ntasks_per_node", pins.ntasks_per_node, ("mode", "workers_per_node"), lambda c: c.tasks_per_node),
        (
            "gpus",
            pins.gpus,
            ("mode", "gpus", "nodes_or_tasks"),
            lambda c: _by_node(c, c.gpus * c.nodes_or_tasks),
        ),
        ("ranks_per_gpu", pins.ranks_per_gpu, ("mode", "gpus", "workers_per_node"), _ranks_per_gpu),
    )


def _by_node(choice: Choice, number: float) -> float:
    return -inf if choice.mode == HETEROGENEOUS else number


def _ranks_per_gpu(choice: Choice) -> float:
    """Workers of each GPU on all nodes; no number where the leader takes a worker's place on the first."""
    if choice.mode == HETEROGENEOUS:
        return -inf
    workers = choice.workers_per_node
    uneven = choice.on_site.demand.leader and not choice.leader_slots and workers > 1
    return inf if uneven else workers / max(choice.gpus, 1)


def _word_pins(on_site: DemandOnSite) -> tuple[tuple[PinName, Fields, Callable[[Choice], bool]], ...]:
    """Return the pins that are words: what decides one, and whether it is met."""
    pins = on_site.demand.pins
    return (
        (
            "partition",
            ("pool",),
            lambda c: c.pool.partition is not None and c.pool.partition.name == pins.partition,
        ),
        (
            "gpu_type",
            ("pool",),
            lambda c: not c.pool.node_type.known or c.pool.node_type.gpu_type == pins.gpu_type,
        ),
        ("layout", ("mode",), lambda c: c.mode == pins.layout),
        # memory by node does not say how many tasks of a heterogeneous job share one
        ("mem", ("mode",), lambda c: c.mode != HETEROGENEOUS),
    )


def _features(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    text = on_site.demand.pins.constraint
    if text is None:
        return
    wanted = parse_constraint(text)
    least = constraint_least(wanted)
    allowed = _unless(lambda c: constraint_allows(wanted, c.pool.node_type.features))
    yield Constraint("pin:constraint", ("pool",), allowed)
    if least > 1:
        yield Constraint("pin:constraint", OF_NODES, lambda c: c.nodes, low=least, high=inf, rising=UP)


def _unless(holds: Callable[[Choice], bool]) -> Measure:
    return lambda choice: 0 if holds(choice) else 1


# --- the site -------------------------------------------------------------------------------------------------


def _over(used: float, most: float | None) -> float:
    """The excess over a limit; 0 or None is a limit that nobody knows."""
    return used - most if most else 0.0


def _site(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """Yield the limits of nodes and partitions."""
    demand, modes = on_site.demand, on_site.cluster.modes
    scratch = demand.pins.scratch or demand.scratch_need_gib
    time = demand.pins.time or 0
    yield Constraint("site:max_time", ("pool",), lambda c: _over(time, c.pool.max_time_s))
    yield Constraint("site:scratch", ("pool",), lambda c: _over(scratch, c.pool.node_type.scratch_gib))
    if on_site.slurm:
        yield Constraint("site:modes", ("mode",), _unless(lambda c: c.mode in modes))
    if on_site.cluster.memory_flag == "per_node":
        yield Constraint("site:memory_flag", ("mode",), _unless(lambda c: c.mode != HETEROGENEOUS))
    yield Constraint("site:leader", ("mode", "leader"), _leader_misses)
    yield Constraint("site:gpus", ("pool", "gpus"), lambda c: _over(c.gpus, c.pool.node_type.gpus))
    yield Constraint(
        "site:cpus",
        ("pool", "mode", "gpus", "workers_per_node", "cpus_per_task"),
        _cpus_over,
        rising=("workers_per_node", "cpus_per_task"),
        floors=(
            Floor(
                ("pool", "mode", "gpus", "cpus_per_task"),
                lambda c: _cpus_over(c.changed(workers_per_node=1, nodes_or_tasks=1)),
                rising=("cpus_per_task",),
            ),
        ),
    )
    if on_site.exclusive:
        yield Constraint("site:exclusive", ("pool",), _whole_node_over)
        yield Constraint("site:exclusive", ("pool", "mode", "gpus"), _unasked_gpus)
    yield Constraint("site:whole_cores", OF_NODE, _odd_cpus, rising=UP)
    yield from _numbers_of_nodes(on_site)


def _numbers_of_nodes(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    yield Constraint(
        "site:count",
        ("pool", "mode", "leader", "cpus_per_task", "nodes_or_tasks"),
        lambda c: _over(c.nodes + c.leader_nodes_of_pool, c.pool.interchangeable_count),
        rising=UP,
        floors=(
            Floor(
                ("pool", "mode", "leader", "nodes_or_tasks"),
                lambda c: _over(c.min_nodes + c.leader_nodes_of_pool, c.pool.interchangeable_count),
                rising=UP,
            ),
        ),
    )
    yield _at_most_nodes("site:max_nodes", lambda pool: pool.max_nodes)
    if any(pool.min_nodes > 1 for pool in on_site.pools):
        yield Constraint("site:min_nodes", OF_NODES, lambda c: c.pool.min_nodes - c.nodes, falling=UP)


def _at_most_nodes(label: str, most: Callable[[NodePool], int | None]) -> Constraint[Choice]:
    """Return a limit on nodes with workers."""
    return Constraint(
        label,
        OF_NODES,
        lambda c: _over(c.nodes, most(c.pool)),
        rising=UP,
        floors=(
            Floor(("pool", "mode", "nodes_or_tasks"), lambda c: _over(c.min_nodes, most(c.pool)), rising=UP),
        ),
    )


def _cpus_over(choice: Choice) -> float:
    """CPUs of the tasks of a node over what a job may take there: in whole cores, but not for the partition's limit."""
    pool, tasks = choice.pool, 1 if choice.mode == HETEROGENEOUS else choice.tasks_per_node
    asked_for = tasks * choice.cpus_per_task
    whole = whole_cores(asked_for, pool.node_type.threads_per_core)
    compared = cpus_of_node_limit(pool.node_type, asked_for, exclusive=False)
    return max(_over(compared, pool.usable_node.cpus), _over(whole, pool.max_cpus(choice.gpus)))


def _whole_node_over(choice: Choice) -> float:
    """CPUs of a node over the partition's limit: an exclusive job takes all of them."""
    compared = cpus_of_node_limit(choice.pool.node_type, 0, exclusive=True)
    return _over(compared, choice.pool.max_cpus_per_node)


def _unasked_gpus(choice: Choice) -> int:
    """GPUs that an exclusive job gets unasked, where nothing hides them from its ranks."""
    there, gpus = choice.pool.node_type.gpus, choice.gpus
    return gpus_unasked(there, gpus, in_step=choice.mode != ONE_TASK_PER_NODE) if gpus else 0


def _odd_cpus(choice: Choice) -> int:
    """CPUs per task beyond whole cores, where several tasks share a node."""
    cpus, core = choice.cpus_per_task, choice.pool.node_type.threads_per_core
    if cpus == 1 or choice.mode == ONE_TASK_PER_NODE:
        return 0
    return cpus_beyond_cores(cpus, core, choice.max_ranks_per_node)


def _leader_misses(choice: Choice) -> float:
    """How far a node of the leader's own is from what it needs: time, memory, being one alone; 1 if there is none."""
    leader, on_site = choice.leader, choice.on_site
    if choice.mode != HETJOB:
        return 0
    if leader is None:
        return 1
    node = leader.usable_node
    time = _over(on_site.demand.pins.time or 0, leader.max_time_s)
    cpus = _over(on_site.leader_takes(leader)[0], node.cpus)
    need = on_site.leader_amounts(sure=True).leader_gib
    return max(0.0, time, leader.min_nodes - 1, _over(need, node.memory_mib / MIB), cpus)


# --- memory ---------------------------------------------------------------------------------------------------


def _memory(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    yield from _memory_of_nodes(on_site)
    yield Constraint(
        "site:max_mem_per_cpu",
        OF_NODE,
        lambda c: _over(c.asked_mib_per_cpu, c.pool.max_memory_per_cpu_mib),
        rising=UP,
    )
    yield from _memory_of_ranks(on_site)


def _memory_of_ranks(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """Yield what ranks need: of a node together, of a heterogeneous job each for itself.

    The more CPUs the ranks of a node have, the more threads, and the more they need; only memory that is pinned by CPU
    grows with them.
    """
    if on_site.demand.pins.mem_per_cpu is not None:  # the more ranks there are, the more they are given
        floor = Floor(("pool", "mode", "cpus_per_task"), _surely_missing_gib)
        yield Constraint("need:memory", OF_NODE, Choice.memory_missing_gib, rising=UP, floors=(floor,))
        return
    yield Constraint(
        "need:memory",
        OF_NODE,
        _missing_on_node,
        rising=("workers_per_node", "cpus_per_task", *UP),
        floors=(
            Floor(("pool", "mode"), lambda c: _missing_on_node(Choice.smallest(on_site, c.pool, c.mode))),
            Floor(
                ("pool", "mode", "cpus_per_task"),
                lambda c: _missing_on_node(c.changed(workers_per_node=1, nodes_or_tasks=1)),
                rising=("cpus_per_task",),
            ),
            Floor(
                ("pool", "mode", "workers_per_node"),
                lambda c: _missing_on_node(c.changed(cpus_per_task=1, nodes_or_tasks=1)),
                rising=("workers_per_node",),
            ),
            Floor(
                ("pool", "mode", "workers_per_node", "cpus_per_task"),
                lambda c: _missing_on_node(c.changed(nodes_or_tasks=1)),
                rising=("workers_per_node", "cpus_per_task"),
            ),
        ),
    )
    yield Constraint(
        "need:memory",
        ("pool", "mode", "cpus_per_task", "nodes_or_tasks"),
        _missing_for_task,
        rising=UP,
        floors=(
            Floor(
                ("pool", "mode", "cpus_per_task"),
                lambda c: _missing_for_task(c.changed(workers_per_node=0, nodes_or_tasks=1)),
            ),
        ),
    )


def _missing_on_node(choice: Choice) -> float:
    return -inf if choice.mode == HETEROGENEOUS else choice.memory_missing_gib()


def _missing_for_task(choice: Choice) -> float:
    """Memory that one task of a heterogeneous job lacks, whatever others are on its node."""
    if choice.mode != HETEROGENEOUS:
        return -inf
    return choice.memory_missing_gib()


def _surely_missing_gib(choice: Choice) -> float:
    """Memory that a single rank of a node lacks there; with so much per CPU, that any number of ranks lacks.

    That is so where a worker needs more than its CPUs have: then each more of them makes it worse. A node has a worker
    alone at best, or a worker and the leader, or the leader alone where that has a node to itself. Rounding to
    whole cores may give all together what one core has, less a CPU.
    """
    demand, node, cpus = choice.on_site.demand, choice.pool.node_type, choice.cpus_per_task
    per_cpu = demand.pins.mem_per_cpu
    if per_cpu is None or choice.mode == HETEROGENEOUS:
        return choice.changed(workers_per_node=1, nodes_or_tasks=1).memory_missing_gib()
    each = choice.amounts(sure=True)
    worker, leader, has = each.worker_gib, each.leader_gib, per_cpu * cpus / MIB
    if choice.on_site.exclusive and node.known:  # has all CPUs of its nodes, however many ranks there are
        least = min(worker, leader) if demand.leader else worker
        return least - per_cpu * node.cpus / MIB
    if worker < has:
        return -inf
    alone = worker - has
    beside = alone + leader - has if demand.leader else alone
    return (
        min(alone, beside)
        - per_cpu * (node.threads_per_core - 1 if cpus % node.threads_per_core else 0) / MIB
    )


def _memory_of_nodes(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """Yield what a node has for all its ranks; memory that is pinned by node is the same for any number of them."""
    if on_site.demand.pins.mem is None:
        floors = _least_memory(on_site)
        yield Constraint("site:memory", OF_NODE, lambda c: c.memory_over_mib, rising=UP, floors=floors)
        return

    def by_node(choice: Choice) -> float:
        if choice.mode == HETEROGENEOUS:
            return 0.0
        return Choice.smallest(on_site, choice.pool, choice.mode).memory_over_mib

    def by_task(choice: Choice) -> float:
        return choice.memory_over_mib if choice.mode == HETEROGENEOUS else 0

    yield Constraint("site:memory", ("pool", "mode"), by_node)
    yield Constraint("site:memory", OF_NODE, by_task, rising=UP)


def _least_memory(on_site: DemandOnSite) -> tuple[Floor[Choice], ...]:
    """What Slurm allocates at least where memory per CPU is pinned: for one task, for those of a node of one."""
    if on_site.demand.pins.mem_per_cpu is None:  # what the node has, at most
        return ()

    def of_a_task(choice: Choice, cpus: int) -> float:
        return Choice(on_site, choice.pool, HETEROGENEOUS, None, 0, cpus, 0, 1).memory_over_mib

    return (
        Floor(("pool",), lambda c: of_a_task(c, 1)),
        Floor(("pool", "cpus_per_task"), lambda c: of_a_task(c, c.cpus_per_task), rising=("cpus_per_task",)),
        Floor(
            ("pool", "mode", "workers_per_node", "cpus_per_task"),
            lambda c: c.changed(nodes_or_tasks=1).memory_over_mib,
            rising=("workers_per_node", "cpus_per_task"),
        ),
    )


# --- the job --------------------------------------------------------------------------------------------------


def _needs(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """Yield what RELION needs to run at all."""
    demand = on_site.demand
    for i, rule in enumerate(demand.rank_rules):
        most = inf if rule.maximum is None else rule.maximum
        yield Constraint(
            f"need:ranks:{i}", OF_RANKS, lambda c: c.ranks, low=rule.minimum, high=most, rising=UP
        )
        if rule.odd:
            yield Constraint(f"need:ranks:{i}", OF_RANKS, _even_ranks, period={"nodes_or_tasks": 2})
    if demand.serial:
        yield Constraint("need:serial", OF_RANKS, lambda c: c.ranks - 1, rising=UP)
    if demand.items is not None:
        items = demand.items
        yield Constraint("need:items", OF_RANKS, lambda c: c.workers - items, rising=UP)
    if demand.interactive:
        yield _at_most_nodes("need:one_node", lambda _: 1)
    if demand.pins.threads is not None:
        threads = demand.pins.threads
        yield Constraint(
            "need:threads",
            ("cpus_per_task",),
            lambda c: threads - c.cpus_per_task,
            falling=("cpus_per_task",),
        )
    if demand.scratch and demand.pins.scratch is not None:
        lacks = demand.scratch_need_gib - demand.pins.scratch
        yield Constraint("need:scratch", ("pool",), lambda _: lacks)
    yield Constraint("need:mode", ("mode",), _unless(_mode_suits))


def _even_ranks(choice: Choice) -> int:
    return (choice.ranks + 1) % 2


def _mode_suits(choice: Choice) -> bool:
    """GPUs are asked for by node; a group for a leader is for one beside GPUs, and goes through a queue."""
    mode, demand = choice.mode, choice.on_site.demand
    if mode == HETEROGENEOUS:
        return not demand.gpu
    if mode in (HETJOB, ONE_TASK_PER_NODE) and demand.interactive:
        return False
    return mode != HETJOB or (demand.leader and demand.gpu)


# --- devices --------------------------------------------------------------------------------------------------


def _devices(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """Yield what GPUs need: every one in use, none shared unasked, no rank on two (relion#32, #367, #1074)."""
    demand = on_site.demand
    if not demand.gpu:
        return
    yield Constraint(
        "need:gpu_node",
        ("pool",),
        _unless(lambda c: c.pool.node_type.gpus > 0 or not c.pool.node_type.known),
    )
    yield Constraint("need:devices", ("pool", "gpus"), _missing_devices)
    if demand.single_gpu:
        yield Constraint(
            "need:single_gpu", ("gpus", "nodes_or_tasks"), lambda c: c.gpus * c.nodes_or_tasks - 1, rising=UP
        )
    if demand.one_rank_per_gpu:
        yield Constraint(
            "need:rank_per_gpu",
            ("mode", "gpus", "workers_per_node"),
            lambda c: abs(c.workers_per_node - c.gpus) + c.leader_slots,
        )
    listed = len(parse_ids(demand.gpu_ids))
    if demand.one_rank_per_gpu and listed:
        yield Constraint("need:gpu_list", OF_RANKS, lambda c: c.ranks - listed, rising=UP)
    if on_site.slurm:  # without one, nobody reserves GPUs that stay idle
        yield _of_use(
            on_site,
            "need:busy_gpus",
            lambda use: use.idle,
            falling=("cpus_per_task",),
            floors=_listed(on_site),
        )
    if not listed and not demand.serial:  # the threads of a lone process may have a GPU each
        yield from _shared_devices(on_site)
    if any(pool.node_type.vram_gib for pool in on_site.pools):
        yield _of_vram(on_site)


def _shared_devices(on_site: DemandOnSite) -> Iterator[Constraint[Choice]]:
    """GPUs as RELION shares them by itself: alike, each with no more ranks than asked for, each rank with one."""
    doubled = Floor(("mode", "gpus", "workers_per_node"), _surely_doubled, rising=("workers_per_node",))
    yield _of_use(on_site, "need:even_gpus", lambda use: _uneven(on_site, use), floors=(doubled,))
    yield _of_use(on_site, "need:one_gpu", lambda use: use.straddling, rising=("cpus_per_task",))


def _listed(on_site: DemandOnSite) -> tuple[Floor[Choice], ...]:
    """GPUs that a list leaves idle, however many threads a rank has."""
    most = on_site.entry_devices
    if not most or on_site.fixed_threads is not None:
        return ()
    return (
        Floor(
            ("mode", "gpus", "workers_per_node", "nodes_or_tasks"),
            lambda c: c.changed(cpus_per_task=most).use.idle,
            rising=UP,
        ),
    )


def _of_use(
    on_site: DemandOnSite,
    label: str,
    excess: Callable[[Use], float],
    rising: Fields = (),
    falling: Fields = (),
    floors: tuple[Floor[Choice], ...] = (),
) -> Constraint[Choice]:
    """Return a requirement on how GPUs are used; CPUs decide it only where they say how many threads a rank has.

    With more threads, a rank has all devices that it had, and perhaps more.
    """

    def measure(choice: Choice) -> float:
        return excess(choice.use)

    if on_site.fixed_threads is not None:
        scope: Fields = ("mode", "gpus", "workers_per_node", "nodes_or_tasks")
        return Constraint(label, scope, measure, rising=UP, floors=floors)
    return Constraint(
        label,
        ("mode", "gpus", "workers_per_node", "cpus_per_task", "nodes_or_tasks"),
        measure,
        rising=(*UP, *rising),
        falling=falling,
        floors=floors,
    )


def _of_vram(on_site: DemandOnSite) -> Constraint[Choice]:
    """The same for their memory: of the GPU with most workers, and surely of one with a single worker."""
    cpus: Fields = () if on_site.fixed_threads is not None else ("cpus_per_task",)
    scope: Fields = ("pool", "mode", "gpus", *cpus)
    return Constraint(
        "need:vram",
        (*scope, "workers_per_node", "nodes_or_tasks"),
        Choice.vram_missing_gib,
        rising=UP,
        floors=(Floor(scope, _vram_of_one),) if _each_has_a_gpu(on_site) else (),
    )


def _vram_of_one(choice: Choice) -> float:
    shared = choice.gpus and choice.mode != HETEROGENEOUS and choice.pool.node_type.vram_gib
    return choice.amounts(sure=True).vram_gib - shared if shared else 0.0


def _each_has_a_gpu(on_site: DemandOnSite) -> bool:
    """Whether each worker has a GPU, however many there are: a list may name none for some, or be too short."""
    listed = parse_ids(on_site.demand.gpu_ids)
    named = all(any(device.strip().isdecimal() for device in entry) for entry in listed)
    return not listed or (named and not on_site.demand.one_rank_per_gpu)


def _uneven(on_site: DemandOnSite, use: Use) -> int:
    """How unevenly GPUs are shared: no more than is asked for, where somebody says how many ranks there are."""
    return use.lopsided if on_site.demand.ranks_are_asked else use.uneven + _doubled(on_site, use.most)


def _doubled(on_site: DemandOnSite, most: int) -> int:
    """Workers of the busiest GPU beyond those that are asked for; one where nobody says how many."""
    if on_site.demand.ranks_are_asked:
        return 0
    return max(0, most - (on_site.demand.pins.ranks_per_gpu or 1))


def _surely_doubled(choice: Choice) -> int:
    """The same for workers of whom the leader may take one's place: so many more than GPUs share them for sure."""
    if not choice.gpus or choice.mode == HETEROGENEOUS:
        return 0
    least = choice.workers_per_node - (choice.on_site.demand.leader and not choice.leader_slots)
    return _doubled(choice.on_site, -(-least // choice.gpus))


def _missing_devices(choice: Choice) -> int:
    """By how many the highest device of the list exceeds those there are: a job sees its own GPUs from 0 on."""
    there = choice.gpus if choice.on_site.slurm else choice.pool.node_type.gpus
    return max(0, highest(choice.on_site.demand.gpu_ids) + 1 - there) if there else 0
