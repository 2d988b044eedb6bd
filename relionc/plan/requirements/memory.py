"""Memory of the nodes, of their CPUs, and of the ranks."""

from __future__ import annotations

from math import inf

from relionc.plan.amounts import gib, sum_of
from relionc.plan.choice import Choice, MemoryLimit
from relionc.plan.modes import LEFT_TO_SLURM
from relionc.plan.on_site import MIB
from relionc.plan.requirements.record import (
    OF_NODE,
    UP,
    Bound,
    Excess,
    Measure,
    Requirement,
    always,
    of_cluster,
    of_node,
    of_partition,
    only_if,
    over,
    steady,
    unless,
)
from relionc.plan.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite


# --- of the ranks ---------------------------------------------------------------------------------------------


def _of_ranks(on_site: DemandOnSite) -> tuple[Measure, ...]:
    """What ranks need: of a node together, of a heterogeneous job each for itself.

    The more CPUs the ranks of a node have, the more threads, and the more they need; only memory that is pinned by CPU
    grows with them. Nothing is known of what some programs need.
    """
    one = on_site.amounts(on_site.demand.threads_of(1))
    if not one.worker and not one.leader:
        return ()
    return _GIVEN_BY_CPU if on_site.demand.pins.mem_per_cpu is not None else _BY_DEMAND


def _surely_missing(choice: Choice) -> float:
    """Memory that with so much per CPU any number of ranks of a node lacks.

    That is so where a worker needs more than its CPUs have: then as many workers more as fill whole cores make it
    worse. Fewer may not, as a core that they share with nobody has memory, too; and one may be alone, without a leader.
    """
    per_cpu = choice.on_site.demand.pins.mem_per_cpu
    if per_cpu is None or choice.mode.leaves_nodes_to_slurm:
        return choice.changed(workers_per_node=1, nodes_or_tasks=1).memory_missing_gib()
    node = choice.pool.node_type
    has_all = choice.takes_whole_nodes and node.known  # CPUs of its nodes, however many ranks there are
    if not has_all and choice.amounts(sure=True).worker_gib < per_cpu * choice.cpus_per_task / MIB:
        return -inf
    few = range(1, node.threads_per_core + 2)
    return min(
        choice.changed(workers_per_node=workers, nodes_or_tasks=1).memory_missing_gib() for workers in few
    )


def _missing_on_one(choice: Choice) -> float:
    return choice.changed(nodes_or_tasks=1).memory_missing_gib()


def _missing_on_node(choice: Choice) -> float:
    return -inf if choice.mode.leaves_nodes_to_slurm else choice.memory_missing_gib()


def _missing_for_task(choice: Choice) -> float:
    """Memory that one task of a heterogeneous job lacks, whatever others are on its node."""
    return choice.memory_missing_gib() if choice.mode.leaves_nodes_to_slurm else -inf


def _missing_with_all(choice: Choice) -> float:
    """Memory that a task of a heterogeneous job lacks even if it has all of a node.

    Not of whole nodes: what they have is counted by CPUs, of which a task may have more than there are.
    """
    there = choice.pool.usable_node.memory_mib
    shared = choice.mode.leaves_nodes_to_slurm and choice.on_site.slurm and not choice.takes_whole_nodes
    return choice.amounts(sure=True).worker_gib - there / MIB if shared and there else -inf


def _vain(missing: Callable[[Choice], float]) -> dict[str, Callable[[Choice], bool]]:
    """Whether more CPUs of a rank, or more workers, leave it so that memory is missing that is given by CPU.

    Memory of a rank never grows by less for a further thread than for the one before. Whole cores may give all
    ranks of a node together what one core has, less a CPU.
    """

    def surely(choice: Choice) -> bool:
        rounded = choice.pool.node_type.threads_per_core - 1
        return missing(choice) * MIB > (choice.on_site.demand.pins.mem_per_cpu or 0) * rounded

    def cpus(choice: Choice) -> bool:
        on_site, threads = choice.on_site, choice.threads
        each, given = choice.amounts(sure=True), on_site.demand.pins.mem_per_cpu or 0
        if on_site.fixed_threads is not None or (on_site.demand.leader and each.leader_gib > each.worker_gib):
            return False
        more = on_site.amounts(threads + 1, sure=True).worker_gib - each.worker_gib
        return more * MIB >= given * (1 + on_site.demand.leader) and surely(choice)

    def workers(choice: Choice) -> bool:
        given = (choice.on_site.demand.pins.mem_per_cpu or 0) * choice.cpus_per_task
        enough = choice.amounts(sure=True).worker_gib * MIB < given
        return choice.workers_per_node > 1 and not enough and surely(choice)

    return {"cpus_per_task": cpus, "workers_per_node": workers}


_GIVEN_BY_CPU = steady(  # the more ranks there are, the more they are given
    Measure(
        OF_NODE,
        Choice.memory_missing_gib,
        UP,
        whole=False,
        vain=_vain(_missing_on_one),
        floors=(
            Bound(
                ("pool", "mode", "cpus_per_task"),
                _surely_missing,
                vain={"cpus_per_task": _vain(_surely_missing)["cpus_per_task"]},
            ),
            Bound(
                ("pool", "mode", "workers_per_node", "cpus_per_task"),
                _missing_on_one,
                vain=_vain(_missing_on_one),
            ),
        ),
    )
)
_ON_NODE = Measure(
    OF_NODE,
    _missing_on_node,
    ("workers_per_node", "cpus_per_task", *UP),
    whole=False,
    floors=(
        Bound(("pool", "mode"), lambda c: _missing_on_node(Choice.smallest(c.on_site, c.pool, c.mode))),
        Bound(
            ("pool", "mode", "cpus_per_task"),
            lambda c: _missing_on_node(c.changed(workers_per_node=1, nodes_or_tasks=1)),
            ("cpus_per_task",),
        ),
        Bound(
            ("pool", "mode", "workers_per_node"),
            lambda c: _missing_on_node(c.changed(cpus_per_task=1, nodes_or_tasks=1)),
            ("workers_per_node",),
        ),
        Bound(
            ("pool", "mode", "workers_per_node", "cpus_per_task"),
            lambda c: _missing_on_node(c.changed(nodes_or_tasks=1)),
            ("workers_per_node", "cpus_per_task"),
        ),
    ),
)
_FOR_TASK = Measure(
    ("pool", "mode", "cpus_per_task", "nodes_or_tasks"),
    _missing_for_task,
    UP,
    whole=False,
    floors=(
        Bound(("pool", "mode"), lambda c: _missing_with_all(Choice.smallest(c.on_site, c.pool, c.mode))),
        Bound(("pool", "mode", "cpus_per_task"), _missing_with_all, ("cpus_per_task",)),
        Bound(
            ("pool", "mode", "cpus_per_task"),
            lambda c: _missing_for_task(c.changed(workers_per_node=0, nodes_or_tasks=1)),
        ),
    ),
)
_BY_DEMAND = steady(_ON_NODE, _FOR_TASK)


def _ranks_times(layout: Layout) -> str:
    """The sum of the memory of the fullest node; a leader that takes another amount than a worker is named."""
    each = layout.choice.amounts(sure=True)
    total, full = layout.choice.need_gib(sure=True), layout.max_ranks_per_node
    if abs(total - full * each.worker_gib) < 0.05:
        return f"{plural(full, 'rank')} x {gib(each.worker_gib)} = {gib(total)} on the fullest node"
    workers = plural(full - 1, "worker")
    return f"{workers} x {gib(each.worker_gib)} + a leader of {gib(each.leader_gib)} = {gib(total)} on the first node"


def _ranks_need_more(layout: Layout) -> str:
    total, pool = _ranks_times(layout), layout.pool
    if layout.choice.on_site.demand.pins.has("mem", "mem_per_cpu"):
        return f"{total} > {gib(layout.choice.allocated_mib / MIB)} that the job asks for there"
    return f"{total} > {gib(pool.usable_node.memory_mib / MIB)} of {pool.node_type.name}"


def _node_has(layout: Layout) -> str:
    return f"{layout.pool.node_type.name} nodes have {gib(layout.pool.usable_node.memory_mib / MIB)}"


# --- of the nodes ---------------------------------------------------------------------------------------------


def _of_nodes(on_site: DemandOnSite) -> tuple[Measure, ...]:
    """What a node has for all its ranks; memory that is pinned by node is the same for any number of them."""
    pins = on_site.demand.pins
    if pins.mem is not None:
        return _PINNED_BY_NODE
    return _PINNED_BY_CPU if pins.mem_per_cpu is not None else _AS_NEEDED


def _pinned_over(choice: Choice) -> float:
    if choice.mode.leaves_nodes_to_slurm:
        return 0.0
    return Choice.smallest(choice.on_site, choice.pool, choice.mode).memory_over_mib


def _task_over(choice: Choice, cpus: int) -> float:
    return Choice(choice.on_site, choice.pool, LEFT_TO_SLURM, None, 0, cpus, 0, 1).memory_over_mib


_LEAST_BY_CPU = (  # for one task, and for those of a node of one
    Bound(("pool",), lambda c: _task_over(c, 1)),
    Bound(("pool", "cpus_per_task"), lambda c: _task_over(c, c.cpus_per_task), ("cpus_per_task",)),
    Bound(
        ("pool", "mode", "workers_per_node", "cpus_per_task"),
        lambda c: c.changed(nodes_or_tasks=1).memory_over_mib,
        ("workers_per_node", "cpus_per_task"),
    ),
)
_PINNED_BY_NODE = steady(
    Measure(("pool", "mode"), _pinned_over),
    Measure(OF_NODE, lambda c: c.memory_over_mib if c.mode.leaves_nodes_to_slurm else 0.0, UP),
)
_PINNED_BY_CPU = steady(Measure(OF_NODE, lambda c: c.memory_over_mib, UP, floors=_LEAST_BY_CPU))
_AS_NEEDED = steady(Measure(OF_NODE, lambda c: c.memory_over_mib, UP))  # what the node has, at most


def _node_over(layout: Layout) -> str:
    node, choice = layout.pool.node_type, layout.choice
    limit = choice.memory_limit or MemoryLimit(0, 0, node.memory_mib, node.name)
    total = gib(limit.booked_mib / MIB)
    if choice.on_site.demand.pins.mem is None:
        total = f"{limit.cpus} CPUs x {gib(choice.mem_per_cpu / MIB)} = {total}"
    return f"{total} per node > {gib(limit.limit_mib / MIB)} of {limit.owner}"


def _cpu_over(layout: Layout) -> str:
    most, mem = layout.pool.max_memory_per_cpu_mib, layout.choice.on_site.demand.pins.mem
    each = f"{gib(layout.choice.asked_mib_per_cpu / MIB)} per CPU"
    if mem is not None:
        cpus = plural(layout.max_ranks_per_node * layout.cpus_per_task, "CPU")
        each = f"{gib(mem / MIB)} for {cpus} = {each}"
    return f"{each} > {gib((most or 0) / MIB)} of the partition"


RANKS_MEMORY = Requirement(
    "need:memory",
    Excess(
        "need over what is pinned for the node, or over the node's and `max_memory_per_node`; of a heterogeneous job, "
        "memory of one rank over that of its c CPUs",
        "GiB",
        "the models below",
    ),
    _of_ranks,
    "memory of the ranks",
    _ranks_need_more,
    "RL402",
    "fewer ranks per node, more nodes, or no pre-reading",
    weighs=("mem_per_cpu", "mem"),
    fact=of_node(_node_has, "memory"),
    sum_of=lambda it: sum_of(it.choice.amounts(sure=True).worker) + " per rank",
)
NODE_MEMORY = Requirement(
    "site:memory",
    Excess(
        "memory that Slurm allocates on the fullest node, over the node's; memory per CPU · L, or the pinned `mem`, "
        "over `max_memory_per_node`",
        "MiB",
        "profile; Slurm 22.05, observed",
    ),
    _of_nodes,
    "memory of the nodes",
    _node_over,
    "RL401",
    weighs=("mem_per_cpu", "mem", "exclusive"),
    fact=of_node(_node_has, "memory"),
)
MEMORY_PER_CPU = Requirement(
    "site:max_mem_per_cpu",
    Excess(
        "memory per CPU over the partition's limit; memory by node over (tasks of a node · c), likewise",
        "MiB",
        "profile; Slurm would raise c (22.05, observed)",
    ),
    always(
        Measure(OF_NODE, lambda c: over(c.asked_mib_per_cpu, c.pool.max_memory_per_cpu_mib), UP, whole=False)
    ),
    "most memory per CPU of the partition",
    _cpu_over,
    "RL401",
    "more CPUs per task: Slurm would raise them itself, and place ranks otherwise than planned",
    weighs=("mem_per_cpu", "mem"),
    fact=of_partition,
)
MEMORY_FLAG = Requirement(
    "site:memory_flag",
    Excess("heterogeneous, where the site takes memory by node only", "", "profile"),
    only_if(
        lambda on_site: on_site.cluster.memory_of_node,
        Measure(("mode",), unless(lambda c: not c.mode.leaves_nodes_to_slurm)),
    ),
    "memory is asked for by node on this cluster",
    lambda it: (
        f"{it.choice.on_site.cluster.name} takes memory by node only, which leaves open how many tasks share a node"
    ),
    "RL404",
    fact=of_cluster("memory_flag"),
)
