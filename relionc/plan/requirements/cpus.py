"""CPUs of the nodes, and threads."""

from __future__ import annotations

from relionc.plan.requirements.record import (
    OF_NODE,
    UP,
    Bound,
    Excess,
    Measure,
    Requirement,
    always,
    of_node,
    of_partition,
    only_if,
    over,
)
from relionc.plan.words import plural
from relionc.slurm.allocation import cpus_beyond_cores, cpus_of_node_limit, gpus_unasked, whole_cores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.plan.layout import Layout


def _cpus_over(choice: Choice) -> float:
    """CPUs of the tasks of a node over what a job may take there: in whole cores, but not for the partition's limit."""
    pool = choice.pool
    asked_for = max(1, choice.ranks_per_node) * choice.cpus_per_task  # at least a task
    whole = whole_cores(asked_for, pool.node_type.threads_per_core)
    compared = cpus_of_node_limit(pool.node_type, asked_for, exclusive=False)
    return max(over(compared, pool.usable_node.cpus), over(whole, pool.max_cpus(choice.gpus)))


def _whole_node_over(choice: Choice) -> float:
    """CPUs of a node over the partition's limit: an exclusive job takes all of them."""
    if not choice.takes_whole_nodes:
        return 0
    compared = cpus_of_node_limit(choice.pool.node_type, 0, exclusive=True)
    return over(compared, choice.pool.max_cpus_per_node)


def _odd_cpus(choice: Choice) -> int:
    """CPUs per task beyond whole cores, where several tasks share a node."""
    cpus, core = choice.cpus_per_task, choice.pool.node_type.threads_per_core
    if cpus == 1 or not choice.mode.tasks_share_nodes:
        return 0
    return cpus_beyond_cores(cpus, core, choice.max_ranks_per_node)


def _unasked_gpus(choice: Choice) -> int:
    """GPUs that an exclusive job gets unasked, where nothing hides them from its ranks."""
    there, gpus = choice.pool.node_type.gpus, choice.gpus if choice.takes_whole_nodes else 0
    hidden = not (choice.mode.ranks_see_all_gpus or choice.on_site.shows_unasked_gpus)
    return gpus_unasked(there, gpus, in_step=hidden) if gpus else 0


def _too_many_cpus(layout: Layout) -> str:
    pool, gpus, full = layout.pool, layout.gpus_per_node, layout.max_ranks_per_node
    node, usable, most = pool.node_type, pool.usable_node.cpus, pool.max_cpus(gpus)
    share = f" ({node.cpus_per_gpu} for each GPU)" if node.cpus_per_gpu and gpus and most < usable else ""
    allocated = layout.choice.cpus_of_fullest_node
    total = allocated if allocated > most else full * layout.cpus_per_task
    tasks = f"{plural(full, 'task')} x {plural(layout.cpus_per_task, 'CPU')} = {total} CPUs per node"
    return f"{tasks} > {min(most, usable)} of {node.name}{share}"


def _not_whole_node(layout: Layout) -> str:
    partition, node = layout.pool.partition, layout.pool.node_type
    name, most = (partition.title, partition.max_cpus_per_node or 0) if partition else ("", 0)
    if not most or node.cpus <= most:
        gpus = f"all {node.gpus} GPUs of {node.name}, which its ranks see"
        return f"an exclusive {layout.mode} job gets {gpus}; this asks for {layout.gpus_per_node}"
    return f"an exclusive job takes all {node.cpus} CPUs of {node.name} > {most} per node of partition {name}"


CPUS = Requirement(
    "site:cpus",
    Excess(
        "tasks of a node (heterogeneous: one) · c over its CPUs, and that rounded over those of the node type, or, on "
        "GPUs, over `cpus_per_gpu` · G",
        "CPUs",
        "profile; Slurm 22.05, observed",
    ),
    always(
        Measure(
            ("pool", "mode", "gpus", "workers_per_node", "cpus_per_task"),
            _cpus_over,
            ("workers_per_node", "cpus_per_task"),
            floors=(
                Bound(
                    ("pool", "mode", "gpus", "cpus_per_task"),
                    lambda c: _cpus_over(c.changed(workers_per_node=1, nodes_or_tasks=1)),
                    ("cpus_per_task",),
                ),
            ),
        )
    ),
    "CPUs of the nodes",
    _too_many_cpus,
    "RL605",
    fact=of_node(lambda it: f"{it.pool.node_type.name} nodes have {it.pool.usable_node.cpus} CPUs", "cpus"),
    is_hardware=True,
)
EXCLUSIVE = Requirement(
    "site:exclusive",
    Excess(
        "of an `exclusive` job: CPUs of the node type over `max_cpus_per_node`; on GPUs in one-task-per-node, GPUs of "
        "the node beyond G",
        "CPUs, GPUs",
        "profile; Slurm 22.05, observed",
    ),
    only_if(
        lambda on_site: on_site.exclusive or any(pool.gives_whole_nodes for pool in on_site.pools),
        Measure(("pool",), _whole_node_over),
        Measure(("pool", "mode", "gpus"), _unasked_gpus),
    ),
    "what an exclusive job gets of a node",
    _not_whole_node,
    "RL605",
    "leave `exclusive` out, or ask for all of a node where a job may have that",
    weighs=("exclusive",),
    fact=of_partition,
)
LEAST_CPUS = Requirement(
    "site:least_cpus",
    Excess("least CPUs of each GPU · G over CPUs of the fullest node", "CPUs", "profile"),
    only_if(
        lambda on_site: (
            on_site.demand.gpu and any(pool.node_type.least_cpus_per_gpu for pool in on_site.pools)
        ),
        Measure(
            (*OF_NODE, "gpus"),
            lambda c: c.pool.node_type.least_cpus_per_gpu * c.gpus - c.counted_cpus,
            falls_with=("workers_per_node", "cpus_per_task"),
        ),
    ),
    "least CPUs of each GPU",
    lambda it: (
        f"{plural(it.gpus_per_node, 'GPU')} of {it.pool.node_type.name} come with "
        f"{it.pool.node_type.least_cpus_per_gpu} CPUs each or more; this has {it.choice.counted_cpus}"
    ),
    "RL605",
    "more CPUs per task",
    fact=of_node(
        lambda it: (
            f"a GPU of {it.pool.node_type.name} nodes wants {it.pool.node_type.least_cpus_per_gpu} CPUs"
        ),
        "cpus_per_gpu",
    ),
)
WHOLE_CORES = Requirement(
    "site:whole_cores",
    Excess(
        "c modulo `threads_per_core`, if c > 1 and several tasks share a node (not one-task-per-node)",
        "CPUs",
        "a step then never starts; Slurm 22.05, observed",
    ),
    only_if(lambda on_site: on_site.half_cores_wait, Measure(OF_NODE, _odd_cpus, UP)),
    "whole cores",
    lambda it: (
        f"{it.cpus_per_task} CPUs per task are not whole cores of {it.pool.node_type.threads_per_core} CPUs: Slurm may "
        "allocate too few, and then the step waits forever"
    ),
    "RL606",
    "give one CPU, or whole cores, to each task",
    fact=of_node(
        lambda it: f"a core of {it.pool.node_type.name} nodes has {it.pool.node_type.threads_per_core} CPUs",
        "threads_per_core",
    ),
)
THREADS = Requirement(
    "need:threads",
    Excess("pinned threads over c", "CPUs", ""),
    only_if(
        lambda on_site: on_site.demand.pins.threads is not None,
        Measure(
            ("cpus_per_task",),
            lambda c: (c.on_site.demand.pins.threads or 0) - c.cpus_per_task,
            falls_with=("cpus_per_task",),
        ),
    ),
    "a CPU for each thread",
    lambda it: (
        f"{it.choice.on_site.demand.pins.threads} threads would share {plural(it.cpus_per_task, 'CPU')} of each task"
    ),
    "RL216",
    "as many CPUs per task as threads, or fewer threads",
    weighs=("threads",),
)
