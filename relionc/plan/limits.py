"""What a layout must meet: the user's pins, the site's limits, the job's own needs.

The labels are `pin:NAME`, `site:NAME` and `need:NAME`; `relionc.plan.explain` turns them into words. Most are an
excess: how much a layout has too much or too little of something, not more than 0 when it is fine.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from relionc.plan.asked import MIB, most_cpus
from relionc.plan.gpus import highest, parse_ids
from relionc.plan.model import HETEROGENEOUS, HETJOB, ONE_TASK_PER_NODE
from relionc.slurm.allocation import whole_cores
from relionc.slurm.constraint import constraint_allows, constraint_least, parse_constraint
from relionc.solve import Constraint, Floor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.plan.asked import Asked
    from relionc.plan.gpus import Use
    from relionc.plan.layout import Place

UP = ("amount",)
OF_RANKS = ("mode", "per_node", "amount")
OF_NODES = ("place", "mode", "cpus_per_task", "amount")
OF_NODE = ("place", "mode", "per_node", "cpus_per_task", "amount")


def constraints(asked: Asked) -> tuple[Constraint, ...]:
    """Return all requirements, the user's first."""
    return (*_pins(asked), *_site(asked), *_memory(asked), *_needs(asked), *_devices(asked))


# --- pins -----------------------------------------------------------------------------------------------------


def _pins(asked: Asked) -> Iterator[Constraint]:
    """Yield a constraint for each value that the user fixed and a layout could miss."""
    demand = asked.demand
    for name, scope, same in _alike(asked):
        if demand.pin(name) is not None:
            yield Constraint(f"pin:{name}", scope, _unless(same))
    for name, scope, measure in _exact(asked):
        pinned = demand.pin(name)
        if pinned is not None:
            yield Constraint(
                f"pin:{name}", scope, measure, low=pinned, high=pinned, scale=max(pinned, 1), rising=scope
            )
    yield from _features(asked)


def _exact(asked: Asked) -> tuple[tuple[str, tuple[str, ...], Callable[..., float]], ...]:
    """Return the pins that are numbers: the variables that decide one, and its value.

    Heterogeneous leaves the nodes to Slurm, so it is far from any wish about them. Nodes are those with workers.
    """
    return (
        ("gpus_per_node", ("gpus",), lambda gpus: gpus),
        ("cpus_per_task", ("cpus_per_task",), lambda cpus: cpus),
        ("nodes", ("mode", "amount"), lambda mode, amount: -inf if mode == HETEROGENEOUS else amount),
        ("ntasks", OF_RANKS, asked.ranks),
        ("ntasks_per_node", ("mode", "per_node"), lambda mode, each: _tasks_of_node(asked, mode, each)),
        (
            "gpus",
            ("mode", "gpus", "amount"),
            lambda mode, gpus, amount: -inf if mode == HETEROGENEOUS else gpus * amount,
        ),
        (
            "ranks_per_gpu",
            ("mode", "gpus", "per_node"),
            lambda mode, gpus, each: _ranks_per_gpu(asked, mode, gpus, each),
        ),
    )


def _tasks_of_node(asked: Asked, mode: str, per_node: int) -> int:
    """Tasks of a node: with a place for the leader, except where that has a node of its own."""
    return per_node + (asked.beside(mode) if mode != HETJOB else 0)


def _ranks_per_gpu(asked: Asked, mode: str, gpus: int, per_node: int) -> float:
    """Workers of each GPU on all nodes; no number where the leader takes a worker's place on the first."""
    if mode == HETEROGENEOUS:
        return -inf
    uneven = asked.demand.leader and not asked.beside(mode) and per_node > 1
    return inf if uneven else per_node / max(gpus, 1)


def _alike(asked: Asked) -> tuple[tuple[str, tuple[str, ...], Callable[..., bool]], ...]:
    """Return the pins that are words: what decides one, and whether it is met."""
    pin = asked.demand.pin
    return (
        (
            "partition",
            ("place",),
            lambda place: bool(place.partition) and place.partition.name == pin("partition"),
        ),
        (
            "gpu_type",
            ("place",),
            lambda place: not place.node_type.known or place.node_type.gpu_type == pin("gpu_type"),
        ),
        ("layout", ("mode",), lambda mode: mode == pin("layout")),
        # memory by node does not say how many tasks of a heterogeneous job share one
        ("mem", ("mode",), lambda mode: mode != HETEROGENEOUS),
    )


def _features(asked: Asked) -> Iterator[Constraint]:
    text = asked.demand.pin("constraint")
    if text is None:
        return
    wanted = parse_constraint(text)
    least = constraint_least(wanted)
    allowed = _unless(lambda place: constraint_allows(wanted, place.node_type.features))
    yield Constraint("pin:constraint", ("place",), allowed)
    if least > 1:
        yield Constraint("pin:constraint", OF_NODES, asked.nodes, low=least, high=inf, rising=UP)


def _unless(holds: Callable[..., bool]) -> Callable[..., float]:
    return lambda *values: 0 if holds(*values) else 1


# --- the site -------------------------------------------------------------------------------------------------


def _over(used: float, most: Any) -> float:
    """The excess over a limit; 0 or None is a limit that nobody knows."""
    return used - most if most else 0.0


def _site(asked: Asked) -> Iterator[Constraint]:
    """Yield the limits of nodes and partitions."""
    scratch = asked.demand.pin("scratch") or asked.demand.scratch_need_gib
    time = asked.demand.pin("time") or 0
    yield Constraint("site:max_time", ("place",), lambda place: _over(time, _of(place, "max_time_s")))
    yield Constraint("site:scratch", ("place",), lambda place: _over(scratch, place.node_type.scratch_gib))
    if asked.slurm:
        yield Constraint("site:modes", ("mode",), _unless(lambda mode: mode in asked.cluster.modes))
    if asked.cluster.memory_flag == "per_node":
        yield Constraint("site:memory_flag", ("mode",), _unless(lambda mode: mode != HETEROGENEOUS))
    yield Constraint(
        "site:leader", ("mode", "leader"), lambda mode, leader: _leader_misses(asked, mode, leader)
    )
    yield Constraint("site:gpus", ("place", "gpus"), lambda place, gpus: _over(gpus, place.node_type.gpus))
    yield Constraint(
        "site:cpus",
        ("place", "mode", "gpus", "per_node", "cpus_per_task"),
        lambda *choice: _cpus_over(asked, *choice),
        rising=("per_node", "cpus_per_task"),
        floors=(
            Floor(
                ("place", "mode", "gpus", "cpus_per_task"),
                lambda place, mode, gpus, cpus: _cpus_over(asked, place, mode, gpus, 1, cpus),
                rising=("cpus_per_task",),
            ),
        ),
    )
    if asked.exclusive:
        yield Constraint("site:exclusive", ("place",), _whole_node_over)
        yield Constraint("site:exclusive", ("place", "mode", "gpus"), _unasked_gpus)
    yield Constraint("site:whole_cores", OF_NODE, lambda *choice: _odd_cpus(asked, *choice), rising=UP)
    yield from _numbers_of_nodes(asked)


def _numbers_of_nodes(asked: Asked) -> Iterator[Constraint]:
    yield Constraint(
        "site:count",
        ("place", "mode", "leader", "cpus_per_task", "amount"),
        lambda place, mode, leader, *rest: _over(
            asked.nodes(place, mode, *rest) + asked.with_leader(place, leader), place.alike
        ),
        rising=UP,
        floors=(
            Floor(
                ("place", "mode", "leader", "amount"),
                lambda place, mode, leader, amount: _over(
                    _surely_nodes(mode, amount) + asked.with_leader(place, leader), place.alike
                ),
                rising=UP,
            ),
        ),
    )
    yield _at_most_nodes("site:max_nodes", asked, lambda place: _of(place, "max_nodes"))
    if any(_of(place, "min_nodes") for place in asked.places):
        yield Constraint(
            "site:min_nodes",
            OF_NODES,
            lambda place, *rest: (_of(place, "min_nodes") or 0) - asked.nodes(place, *rest),
            falling=UP,
        )


def _at_most_nodes(label: str, asked: Asked, most: Callable[[Place], Any]) -> Constraint:
    """Return a limit on nodes with workers."""
    return Constraint(
        label,
        OF_NODES,
        lambda place, *rest: _over(asked.nodes(place, *rest), most(place)),
        rising=UP,
        floors=(
            Floor(
                ("place", "mode", "amount"),
                lambda place, mode, amount: _over(_surely_nodes(mode, amount), most(place)),
                rising=UP,
            ),
        ),
    )


def _surely_nodes(mode: str, amount: int) -> int:
    """Nodes with workers, whatever the CPUs of a task; one of a heterogeneous job."""
    return 1 if mode == HETEROGENEOUS else amount


def _of(place: Place, limit: str) -> Any:
    return getattr(place.partition, limit) if place.partition else None


def _cpus_over(asked: Asked, place: Place, mode: str, gpus: int, per_node: int, cpus: int) -> float:
    """CPUs of the tasks of a node over what a job may take there: in whole cores, but not for the partition's limit.

    Slurm compares that with the CPUs that the tasks ask for, and may then allocate more (22.05.8, observed).
    """
    asked_for = (1 if mode == HETEROGENEOUS else _tasks_of_node(asked, mode, per_node)) * cpus
    whole = whole_cores(asked_for, place.node_type.threads_per_core)
    return max(_over(asked_for, place.room.cpus), _over(whole, most_cpus(place, gpus)))


def _whole_node_over(place: Place) -> float:
    """CPUs of a node over the partition's limit: an exclusive job takes all of them (Slurm 22.05.8, observed)."""
    return _over(place.node_type.cpus, _of(place, "max_cpus_per_node"))


def _unasked_gpus(place: Place, mode: str, gpus: int) -> int:
    """GPUs that an exclusive job gets unasked, where nothing hides them from its ranks.

    Slurm gives all of the node; a step sees those that the job asks for, mpirun in the batch script all (22.05.8,
    observed).
    """
    return max(0, place.node_type.gpus - gpus) if gpus and mode == ONE_TASK_PER_NODE else 0


def _odd_cpus(asked: Asked, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
    """CPUs per task beyond whole cores, where several tasks share a node.

    Slurm may then allocate fewer CPUs than a step with the same `-c` wants, and the step waits for ever; only a
    single CPU per task is safe (observed on Slurm 22.05.8).
    """
    if cpus == 1 or mode == ONE_TASK_PER_NODE:
        return 0
    several = asked.fullest(place, mode, per_node, cpus, amount) > 1
    return cpus % place.node_type.threads_per_core if several else 0


def _leader_misses(asked: Asked, mode: str, leader: Place | None) -> float:
    """How far a node of the leader's own is from what it needs: time, memory, being one alone; 1 if there is none."""
    if mode != HETJOB:
        return 0
    if leader is None:
        return 1
    time = _over(asked.demand.pin("time") or 0, _of(leader, "max_time_s"))
    cpus = _over(asked.leader_takes(leader)[0], leader.room.cpus)
    alone = (_of(leader, "min_nodes") or 1) - 1
    need = (
        asked.amounts(1, sure=True).leader_gib - leader.room.memory_mib / MIB if leader.room.memory_mib else 0
    )
    return max(0.0, time, alone, need, cpus)


# --- memory ---------------------------------------------------------------------------------------------------


def _memory(asked: Asked) -> Iterator[Constraint]:
    yield from _memory_of_nodes(asked)
    yield Constraint(
        "site:max_mem_per_cpu",
        OF_NODE,
        lambda place, *rest: _over(
            asked.asked_mib_per_cpu(place, *rest), _of(place, "max_memory_per_cpu_mib")
        ),
        rising=UP,
    )
    yield from _memory_of_ranks(asked)


def _memory_of_ranks(asked: Asked) -> Iterator[Constraint]:
    """Yield what ranks need: of a node together, of a heterogeneous job each for itself.

    The more CPUs the ranks of a node have, the more threads, and the more they need; only memory that is pinned by CPU
    grows with them.
    """

    def surely(place: Place, mode: str, cpus: int) -> float:
        return _surely_missing_gib(asked, place, mode, cpus)

    if asked.fixed_mem_per_cpu is not None:  # the more ranks there are, the more they are given
        floor = Floor(("place", "mode", "cpus_per_task"), surely)
        yield Constraint("need:memory", OF_NODE, asked.memory_missing_gib, rising=UP, floors=(floor,))
        return

    def of_node(place: Place, mode: str, per_node: int, cpus: int, amount: int) -> float:
        if mode == HETEROGENEOUS:
            return -inf
        return asked.memory_missing_gib(place, mode, per_node, cpus, amount)

    def of_task(place: Place, mode: str, cpus: int, amount: int) -> float:
        return asked.memory_missing_gib(place, mode, 0, cpus, amount) if mode == HETEROGENEOUS else -inf

    yield Constraint(
        "need:memory",
        OF_NODE,
        of_node,
        rising=("per_node", "cpus_per_task", *UP),
        floors=(
            Floor(("place", "mode"), lambda place, mode: of_node(place, mode, 1, 1, 1)),
            Floor(
                ("place", "mode", "cpus_per_task"),
                lambda place, mode, cpus: of_node(place, mode, 1, cpus, 1),
                rising=("cpus_per_task",),
            ),
            Floor(
                ("place", "mode", "per_node"),
                lambda place, mode, per_node: of_node(place, mode, per_node, 1, 1),
                rising=("per_node",),
            ),
            Floor(
                ("place", "mode", "per_node", "cpus_per_task"),
                lambda place, mode, per_node, cpus: of_node(place, mode, per_node, cpus, 1),
                rising=("per_node", "cpus_per_task"),
            ),
        ),
    )
    yield Constraint(
        "need:memory",
        ("place", "mode", "cpus_per_task", "amount"),
        of_task,
        rising=UP,
        floors=(
            Floor(
                ("place", "mode", "cpus_per_task"), lambda place, mode, cpus: of_task(place, mode, cpus, 1)
            ),
        ),
    )


def _surely_missing_gib(asked: Asked, place: Place, mode: str, cpus: int) -> float:
    """Memory that a single rank of a node lacks there; with so much per CPU, that any number of ranks lacks.

    That is so where a worker needs more than its CPUs have: then each more of them makes it worse. A node has a worker
    alone at best, or a worker and the leader, or the leader alone where that has a node to itself. Rounding to
    whole cores may give all together what one core has, less a CPU.
    """
    per_cpu: int | None = asked.fixed_mem_per_cpu
    if per_cpu is None or mode == HETEROGENEOUS:
        return asked.memory_missing_gib(place, mode, 1, cpus, 1)
    each = asked.amounts(cpus, sure=True)
    worker, leader, has = each.worker_gib, each.leader_gib, per_cpu * cpus / MIB
    if asked.exclusive and place.node_type.known:  # has all CPUs of its nodes, however many ranks there are
        least = min(worker, leader) if asked.demand.leader else worker
        return least - per_cpu * place.node_type.cpus / MIB
    if worker < has:
        return -inf
    core = place.node_type.threads_per_core
    alone = worker - has
    beside = alone + leader - has if asked.demand.leader else alone
    return min(alone, beside) - per_cpu * (core - 1 if cpus % core else 0) / MIB


def _memory_of_nodes(asked: Asked) -> Iterator[Constraint]:
    """Yield what a node has for all its ranks; memory that is pinned by node is the same for any number of them."""
    if asked.mem is None:
        yield Constraint(
            "site:memory", OF_NODE, asked.memory_over_mib, rising=UP, floors=_least_memory(asked)
        )
        return

    def by_node(place: Place, mode: str) -> float:
        return 0.0 if mode == HETEROGENEOUS else asked.memory_over_mib(place, mode, 1, 1, 1)

    def by_task(place: Place, mode: str, *rest: int) -> float:
        return asked.memory_over_mib(place, mode, *rest) if mode == HETEROGENEOUS else 0

    yield Constraint("site:memory", ("place", "mode"), by_node)
    yield Constraint("site:memory", OF_NODE, by_task, rising=UP)


def _least_memory(asked: Asked) -> tuple[Floor, ...]:
    """What Slurm allocates at least where memory per CPU is pinned: for one task, for those of a node of one."""
    if asked.fixed_mem_per_cpu is None:  # what the node has, at most
        return ()

    def over(place: Place, cpus: int) -> float:
        return asked.memory_over_mib(place, HETEROGENEOUS, 0, cpus, 1)

    return (
        Floor(("place",), lambda place: over(place, 1)),
        Floor(("place", "cpus_per_task"), over, rising=("cpus_per_task",)),
        Floor(
            ("place", "mode", "per_node", "cpus_per_task"),
            lambda place, mode, workers, cpus: asked.memory_over_mib(place, mode, workers, cpus, 1),
            rising=("per_node", "cpus_per_task"),
        ),
    )


# --- the job --------------------------------------------------------------------------------------------------


def _needs(asked: Asked) -> Iterator[Constraint]:
    """Yield what RELION needs to run at all."""
    demand = asked.demand
    for i, rule in enumerate(demand.rank_rules):
        most = inf if rule.maximum is None else rule.maximum
        yield Constraint(f"need:ranks:{i}", OF_RANKS, asked.ranks, low=rule.minimum, high=most, rising=UP)
        if rule.odd:
            yield Constraint(
                f"need:ranks:{i}",
                OF_RANKS,
                lambda *choice: (asked.ranks(*choice) + 1) % 2,
                period={"amount": 2},
            )
    if demand.serial:
        yield Constraint("need:serial", OF_RANKS, lambda *choice: asked.ranks(*choice) - 1, rising=UP)
    if demand.items is not None:
        items = demand.items
        yield Constraint("need:items", OF_RANKS, lambda *choice: asked.workers(*choice) - items, rising=UP)
    if demand.interactive:
        yield _at_most_nodes("need:one_node", asked, lambda _: 1)
    if demand.pin("threads") is not None:
        threads = demand.pin("threads")
        yield Constraint(
            "need:threads", ("cpus_per_task",), lambda cpus: threads - cpus, falling=("cpus_per_task",)
        )
    if demand.scratch and demand.pin("scratch") is not None:
        lacks = demand.scratch_need_gib - demand.pin("scratch")
        yield Constraint("need:scratch", ("place",), lambda _: lacks)
    yield Constraint("need:mode", ("mode",), _unless(lambda mode: _mode_suits(asked, mode)))


def _mode_suits(asked: Asked, mode: str) -> bool:
    """GPUs are asked for by node; a group for a leader is for one beside GPUs, and goes through a queue."""
    if mode == HETEROGENEOUS:
        return not asked.demand.gpu
    if mode in (HETJOB, ONE_TASK_PER_NODE) and asked.demand.interactive:
        return False
    return mode != HETJOB or (asked.demand.leader and asked.demand.gpu)


# --- devices --------------------------------------------------------------------------------------------------


def _devices(asked: Asked) -> Iterator[Constraint]:
    """Yield what GPUs need: every one in use, none shared unasked, no rank on two (relion#32, #367, #1074)."""
    demand = asked.demand
    if not demand.gpu:
        return
    yield Constraint(
        "need:gpu_node", ("place",), _unless(lambda p: p.node_type.gpus > 0 or not p.node_type.known)
    )
    yield Constraint("need:devices", ("place", "gpus"), lambda *choice: _missing_devices(asked, *choice))
    if demand.single_gpu:
        yield Constraint(
            "need:single_gpu", ("gpus", "amount"), lambda gpus, amount: gpus * amount - 1, rising=UP
        )
    if demand.one_rank_per_gpu:
        yield Constraint(
            "need:rank_per_gpu",
            ("mode", "gpus", "per_node"),
            lambda mode, gpus, each: abs(each - gpus) + asked.beside(mode),
        )
    if demand.one_rank_per_gpu and parse_ids(demand.gpu_ids):
        listed = len(parse_ids(demand.gpu_ids))
        yield Constraint("need:gpu_list", OF_RANKS, lambda *choice: asked.ranks(*choice) - listed, rising=UP)
    if asked.slurm:  # without one, nobody reserves GPUs that stay idle
        yield _of_use(
            asked, "need:busy_gpus", lambda use: use.idle, falling=("cpus_per_task",), floors=_listed(asked)
        )
    if (
        not parse_ids(demand.gpu_ids) and not demand.serial
    ):  # the threads of a lone process may have a GPU each
        yield from _shared_devices(asked)
    if any(place.node_type.vram_gib for place in asked.places):
        yield _of_vram(asked)


def _shared_devices(asked: Asked) -> Iterator[Constraint]:
    """GPUs as RELION shares them by itself: alike, each with no more ranks than asked for, each rank with one."""
    doubled = Floor(
        ("mode", "gpus", "per_node"), lambda *choice: _surely_doubled(asked, *choice), rising=("per_node",)
    )
    yield _of_use(asked, "need:even_gpus", lambda use: _uneven(asked, use), floors=(doubled,))
    yield _of_use(asked, "need:one_gpu", lambda use: use.straddling, rising=("cpus_per_task",))


def _listed(asked: Asked) -> tuple[Floor, ...]:
    """GPUs that a list leaves idle, however many threads a rank has."""
    most = max((len(entry) for entry in parse_ids(asked.demand.gpu_ids)), default=0)
    if not most or asked.demand.threads_fixed:
        return ()
    return (
        Floor(
            ("mode", "gpus", "per_node", "amount"),
            lambda mode, gpus, each, amount: asked.use(mode, gpus, each, most, amount).idle,
            rising=UP,
        ),
    )


def _of_use(
    asked: Asked,
    label: str,
    excess: Callable[[Use], float],
    rising: tuple[str, ...] = (),
    falling: tuple[str, ...] = (),
    floors: tuple[Floor, ...] = (),
) -> Constraint:
    """Return a requirement on how GPUs are used; CPUs decide it only where they say how many threads a rank has.

    With more threads, a rank has all devices that it had, and perhaps more.
    """
    if asked.demand.threads_fixed:
        return Constraint(
            label,
            ("mode", "gpus", "per_node", "amount"),
            lambda mode, gpus, each, amount: excess(asked.use(mode, gpus, each, 1, amount)),
            rising=UP,
            floors=floors,
        )
    return Constraint(
        label,
        ("mode", "gpus", "per_node", "cpus_per_task", "amount"),
        lambda *choice: excess(asked.use(*choice)),
        rising=(*UP, *rising),
        falling=falling,
        floors=floors,
    )


def _of_vram(asked: Asked) -> Constraint:
    """The same for their memory: of the GPU with most workers, and surely of one with a single worker."""
    fixed = asked.demand.threads_fixed
    scope: tuple[str, ...] = "place", "mode", "gpus", "cpus_per_task"

    def missing(place: Place, mode: str, gpus: int, *rest: int) -> float:
        per_node, cpus, amount = (rest[0], 1, rest[1]) if fixed else rest
        return asked.vram_missing_gib(place, mode, gpus, per_node, cpus, amount)

    def of_one(place: Place, mode: str, gpus: int, cpus: int = 1) -> float:
        shared = gpus and mode != HETEROGENEOUS and place.node_type.vram_gib
        return asked.amounts(cpus, sure=True).vram_gib - shared if shared else 0.0

    return Constraint(
        "need:vram",
        ("place", "mode", "gpus", "per_node", *(() if fixed else ("cpus_per_task",)), "amount"),
        missing,
        rising=UP,
        floors=(Floor(scope[:3] if fixed else scope, of_one),) if _each_has_a_gpu(asked) else (),
    )


def _each_has_a_gpu(asked: Asked) -> bool:
    """Whether each worker has a GPU, however many there are: a list may name none for some, or be too short."""
    listed = parse_ids(asked.demand.gpu_ids)
    named = all(any(device.strip().isdecimal() for device in entry) for entry in listed)
    return not listed or (named and not asked.demand.one_rank_per_gpu)


def _uneven(asked: Asked, use: Use) -> int:
    """How unevenly GPUs are shared: no more than is asked for, where somebody says how many ranks there are."""
    return use.lopsided if asked.demand.ranks_are_asked else use.uneven + _doubled(asked, use.most)


def _doubled(asked: Asked, most: int) -> int:
    """Workers of the busiest GPU beyond those that are asked for; one where nobody says how many."""
    if asked.demand.ranks_are_asked:
        return 0
    return max(0, most - (asked.demand.pin("ranks_per_gpu") or 1))


def _surely_doubled(asked: Asked, mode: str, gpus: int, per_node: int) -> int:
    """The same for workers of whom the leader may take one's place: so many more than GPUs share them for sure."""
    if not gpus or mode == HETEROGENEOUS:
        return 0
    least = per_node - (1 if asked.demand.leader and not asked.beside(mode) else 0)
    return _doubled(asked, -(-least // gpus))


def _missing_devices(asked: Asked, place: Place, gpus: int) -> int:
    """By how many the highest device of the list exceeds those there are: a job sees its own GPUs from 0 on."""
    there = gpus if asked.slurm else place.node_type.gpus
    return max(0, highest(asked.demand.gpu_ids) + 1 - there) if there else 0
