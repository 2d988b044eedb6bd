"""How many nodes there are, and what the site lets a job do with them."""

from __future__ import annotations

from relionc.plan.on_site import MIB
from relionc.plan.requirements.record import (
    OF_NODE,
    OF_NODES,
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
    from collections.abc import Iterator

    from relionc.plan.choice import Choice, Fields
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite


def _leader_misses(choice: Choice) -> float:
    """How far a node of the leader's own is from what it needs: time, memory, being one alone; 1 if there is none."""
    leader, on_site = choice.leader, choice.on_site
    if not choice.mode.leader_apart:
        return 0
    if leader is None:
        return 1
    node = leader.usable_node
    time = over(on_site.demand.pins.time or 0, leader.max_time_s)
    cpus = over(on_site.leader_takes(leader)[0], node.cpus)
    memory = over(on_site.leader_amounts(sure=True).leader_gib, node.memory_mib / MIB)
    return max(0.0, time, leader.min_nodes - 1, memory, cpus)


def _no_more_fit(choice: Choice) -> bool:
    """Whether no more tasks fit on a node with more CPUs for each: their memory grows with their threads."""
    node, pins = choice.pool.node_type, choice.on_site.demand.pins
    by_cpus = choice.takes_whole_nodes or not node.memory_mib or pins.mem_per_cpu is not None
    if by_cpus or not choice.mode.leaves_nodes_to_slurm:
        return True
    one_more = choice.tasks_per_empty_node + 1
    needed = choice.amounts(sure=True).worker_gib * MIB * one_more
    return needed > node.memory_mib == choice.pool.usable_node.memory_mib


_MORE_CPUS = {"cpus_per_task": _no_more_fit}
"""Where a job has too many nodes, more CPUs of its ranks are in vain."""


def _too_many(layout: Layout) -> str:
    partition, nodes, pool = layout.pool.partition, layout.worker_nodes, layout.pool
    if partition and partition.max_nodes and nodes > partition.max_nodes:
        return f"{plural(nodes, 'node')} > {partition.max_nodes} of partition {partition.title}"
    leader = " and the leader's" if layout.choice.leader_nodes_of_pool else ""
    return f"{plural(nodes, 'node')}{leader} > {pool.interchangeable_count} of {pool.node_type.name}"


def _too_few(layout: Layout) -> str:
    partition = layout.pool.partition
    name, least = (partition.title, partition.min_nodes) if partition else ("", 0)
    return (
        f"partition {name} takes jobs of {plural(least or 0, 'node')} or more; this has {layout.worker_nodes}"
    )


def _gpus_of(choice: Choice) -> int:
    return choice.gpus * choice.nodes


def _gpus_over(choice: Choice) -> float:
    """GPUs of a job over the most that the partition gives one."""
    partition = choice.pool.partition
    return over(_gpus_of(choice), partition.max_gpus) if partition else 0


def _gpus_under(choice: Choice) -> float:
    """GPUs of a job under the fewest that the partition wants."""
    partition = choice.pool.partition
    return (partition.min_gpus or 0) - _gpus_of(choice) if partition else 0


def _cpus_of_job_over(choice: Choice) -> float:
    """CPUs of a job over the most that the partition gives one."""
    partition = choice.pool.partition
    cpus = choice.counted_cpus * choice.nodes
    if choice.mode.leaves_nodes_to_slurm:
        cpus = choice.ranks * choice.cpus_per_task
    return over(cpus, partition.max_cpus) if partition else 0


def _of_jobs(on_site: DemandOnSite) -> Iterator[Measure]:
    """Yield what the partitions limit of whole jobs."""
    partitions = on_site.cluster.partitions.values()
    if any(each.max_gpus for each in partitions):
        yield from _MAX_GPUS
    if any(each.min_gpus for each in partitions):
        yield from _MIN_GPUS
    if any(each.max_cpus for each in partitions):
        yield from _MAX_CPUS


def _of_one(choice: Choice) -> float:
    partition = choice.pool.partition
    return over(choice.gpus, partition.max_gpus) if partition else 0


_OF_GPUS: Fields = (*OF_NODES, "gpus")
_MAX_GPUS = steady(Measure(_OF_GPUS, _gpus_over, ("gpus", *UP), floors=(Bound(("pool", "gpus"), _of_one),)))
_MIN_GPUS = steady(Measure(_OF_GPUS, _gpus_under, (), ("gpus", *UP)))
_MAX_CPUS = steady(Measure(OF_NODE, _cpus_of_job_over, ("workers_per_node", "cpus_per_task", *UP)))


def _another_size(layout: Layout) -> str:
    partition, choice = layout.pool.partition, layout.choice
    gpus, cpus = choice.gpus * choice.nodes, choice.counted_cpus * choice.nodes
    if partition is None:
        return ""
    if partition.max_gpus and gpus > partition.max_gpus:
        return f"{plural(gpus, 'GPU')} > {partition.max_gpus} of a job in partition {partition.title}"
    if partition.min_gpus and gpus < partition.min_gpus:
        return f"partition {partition.title} takes jobs of {plural(partition.min_gpus, 'GPU')} or more; this has {gpus}"
    return f"{plural(cpus, 'CPU')} > {partition.max_cpus} of a job in partition {partition.title}"


def _there_are(layout: Layout) -> str:
    partition, pool = layout.pool.partition, layout.pool
    owner = partition.name if partition else layout.choice.on_site.cluster.name
    return f"{owner} has {plural(pool.interchangeable_count, f'{pool.node_type.name} node')}"


COUNT = Requirement(
    "site:count",
    Excess(
        "nodes with workers, and that of a leader of its own on such nodes, over those of this hardware that the "
        "constraint allows, see below",
        "nodes",
        "profile",
    ),
    always(
        Measure(
            ("pool", "mode", "leader", "cpus_per_task", "nodes_or_tasks"),
            lambda c: over(c.nodes + c.leader_nodes_of_pool, c.pool.interchangeable_count),
            UP,
            vain=_MORE_CPUS,
            floors=(
                Bound(
                    ("pool", "mode", "leader", "nodes_or_tasks"),
                    lambda c: over(c.min_nodes + c.leader_nodes_of_pool, c.pool.interchangeable_count),
                    UP,
                ),
            ),
        )
    ),
    "number of nodes",
    _too_many,
    "RL604",
    fact=of_node(_there_are, "count"),
    is_hardware=True,
)
MAX_NODES = Requirement(
    "site:max_nodes",
    Excess("nodes with workers over the partition's limit", "nodes", "profile"),
    always(
        Measure(
            OF_NODES,
            lambda c: over(c.nodes, c.pool.max_nodes),
            UP,
            vain=_MORE_CPUS,
            floors=(
                Bound(("pool", "mode", "nodes_or_tasks"), lambda c: over(c.min_nodes, c.pool.max_nodes), UP),
            ),
        )
    ),
    "most nodes of the partition",
    _too_many,
    "RL604",
    fact=of_partition,
)
MIN_NODES = Requirement(
    "site:min_nodes",
    Excess(
        "nodes with workers under the partition's limit (of a heterogeneous job only with fewer ranks than nodes)",
        "nodes",
        "profile",
    ),
    only_if(
        lambda on_site: any(pool.min_nodes > 1 for pool in on_site.pools),
        Measure(OF_NODES, lambda c: c.pool.min_nodes - c.nodes, falls_with=UP),
    ),
    "fewest nodes of the partition",
    _too_few,
    "RL612",
    fact=of_partition,
)
MODES = Requirement(
    "site:modes",
    Excess("a mode that the profile does not list (with a scheduler)", "", "profile"),
    only_if(
        lambda on_site: on_site.slurm,
        Measure(("mode",), unless(lambda c: c.mode.name in c.on_site.cluster.modes)),
    ),
    "the profile lists the modes of the cluster",
    lambda it: f"{it.choice.on_site.cluster.name} does not run {it.mode} jobs",
    "RL218",
    fact=of_cluster("modes"),
)
LEADER = Requirement(
    "site:leader",
    Excess(
        "hetjob: no node without GPUs, or one of a partition whose time or least number of nodes does not do, or "
        "without memory for the leader",
        "",
        "profile",
    ),
    always(Measure(("mode", "leader"), _leader_misses, whole=False)),
    "a node without GPUs for the leader",
    lambda it: f"{it.choice.on_site.cluster.name} has no node without GPUs that the leader could have",
    "RL219",
    fact=of_partition,
)
JOB_SIZE = Requirement(
    "site:job_size",
    Excess(
        "GPUs or CPUs of the job over the partition's `max_gpus` or `max_cpus`; GPUs under its `min_gpus`",
        "GPUs, CPUs",
        "profile",
    ),
    _of_jobs,
    "size of a job in the partition",
    _another_size,
    "RL604",
    fact=of_partition,
)
