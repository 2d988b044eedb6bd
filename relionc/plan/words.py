"""The words for each requirement: its code, its message with the sum, its name in a conflict, what helps.

Keys are the labels of `relionc.plan.limits`, without a number at their end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.amounts import gib
from relionc.plan.choice import MemoryLimit
from relionc.plan.gpus import highest, node_use, parse_ids
from relionc.plan.model import HETEROGENEOUS, HETJOB
from relionc.plan.on_site import MIB
from relionc.slurm.times import format_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.catalog.types import RankRule
    from relionc.plan.demand import LocalLimit
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName


def plural(count: int, noun: str) -> str:
    """Return `1 rank`, `2 ranks`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def kind(label: str) -> str:
    """Return a label without the number of its rule."""
    return ":".join(label.split(":")[:2])


CODES = {
    "need:memory": "RL402",
    "site:memory": "RL401",
    "site:max_mem_per_cpu": "RL401",
    "need:ranks": "RL211",
    "need:serial": "RL212",
    "need:mode": "RL215",
    "need:rank_per_gpu": "RL213",
    "need:single_gpu": "RL315",
    "need:one_node": "RL214",
    "need:vram": "RL405",
    "need:items": "RL217",
    "need:scratch": "RL501",
    "site:scratch": "RL502",
    "site:max_time": "RL603",
    "site:whole_cores": "RL606",
    "site:max_nodes": "RL604",
    "site:count": "RL604",
    "site:min_nodes": "RL612",
    "site:cpus": "RL605",
    "site:exclusive": "RL605",
    "site:gpus": "RL303",
    "site:modes": "RL218",
    "site:leader": "RL219",
    "need:threads": "RL216",
    "need:gpu_list": "RL308",
    "need:devices": "RL309",
    "need:busy_gpus": "RL307",
    "need:even_gpus": "RL310",
    "need:one_gpu": "RL313",
    "need:gpu_node": "RL306",
    "site:memory_flag": "RL404",
}
"""From the most telling to the least: the first of these in a conflict gives it its code and message."""

FIXED: dict[str, tuple[PinName, ...]] = {
    "need:memory": ("mem_per_cpu", "mem"),
    "site:memory": ("mem_per_cpu", "mem", "exclusive"),
    "site:max_mem_per_cpu": ("mem_per_cpu", "mem"),
    "need:scratch": ("scratch",),
    "site:scratch": ("scratch",),
    "site:max_time": ("time",),
    "site:exclusive": ("exclusive",),
    "need:threads": ("threads",),
    "need:gpu_list": ("gpu_ids",),
    "need:devices": ("gpu_ids",),
    "need:busy_gpus": ("gpu_ids",),
}
"""The amounts that a requirement weighs: pinned, they belong to its conflict though nothing else could change."""

HELP = {
    "need:memory": "fewer ranks per node, more nodes, or no pre-reading",
    "site:max_mem_per_cpu": "more CPUs per task: Slurm would raise them itself, and place ranks otherwise than planned",
    "need:vram": "fewer ranks per GPU, GPUs with more memory, less padding, or the last iterations on CPUs",
    "need:items": "fewer ranks: one beyond the number of items computes nothing",
    "need:even_gpus": "the same number of ranks for every GPU; `ranks_per_gpu` says how many share one",
    "need:one_gpu": "ranks on a node that are a multiple of its GPUs, or one thread for each",
    "need:one_node": "ask for one node, or drop `interactive`",
    "site:exclusive": "leave `exclusive` out, or ask for all of a node where a job may have that",
    "site:whole_cores": "give one CPU, or whole cores, to each task",
    "need:busy_gpus": "ask for the GPUs that the ranks can use, or for more ranks",
    "need:gpu_list": "one entry per rank, separated by `:`, or leave the list out",
    "need:devices": "a job sees its own GPUs from 0 on; leave the list out and RELION shares them evenly",
    "need:threads": "as many CPUs per task as threads, or fewer threads",
}

TOPICS = {
    "need:ranks": "RELION's own bound on the number of MPI ranks",
    "need:serial": "the program is one process",
    "need:rank_per_gpu": "one rank per GPU",
    "need:single_gpu": "one GPU is all that the program can use",
    "need:one_node": "interactive: one node",
    "need:scratch": "scratch for all particles",
    "need:mode": "GPUs are asked for by node",
    "need:busy_gpus": "no GPU may be idle",
    "need:gpu_node": "the job uses GPUs",
    "need:gpu_list": "an entry of the list of GPUs for each rank",
    "need:devices": "the listed GPUs exist",
    "need:even_gpus": "as many ranks on every GPU as are asked for",
    "need:one_gpu": "each rank has its threads on one GPU",
    "need:vram": "memory of the GPUs",
    "need:items": "no more ranks than items",
    "need:threads": "a CPU for each thread",
    "need:memory": "memory of the ranks",
    "site:memory_flag": "memory is asked for by node on this cluster",
    "site:modes": "the profile lists the modes of the cluster",
    "site:leader": "a node without GPUs for the leader",
    "site:min_nodes": "fewest nodes of the partition",
    "site:memory": "memory of the nodes",
    "site:max_mem_per_cpu": "most memory per CPU of the partition",
    "site:max_time": "longest time of the partition",
    "site:max_nodes": "most nodes of the partition",
    "site:count": "number of nodes",
    "site:cpus": "CPUs of the nodes",
    "site:exclusive": "what an exclusive job gets of a node",
    "site:gpus": "GPUs of the nodes",
    "site:scratch": "scratch of the nodes",
    "site:whole_cores": "whole cores",
}
"""What a requirement is called beside others in a conflict."""


def _ranks_times(layout: Layout) -> str:
    """The sum of the memory of the fullest node; a leader that takes another amount than a worker is named."""
    each = layout.choice.amounts(sure=True)
    total, full = layout.choice.need_gib(sure=True), layout.max_ranks_per_node
    ranks = plural(full, "rank")
    if abs(total - full * each.worker_gib) < 0.05:
        return f"{ranks} x {gib(each.worker_gib)} = {gib(total)} on the fullest node"
    workers = plural(full - 1, "worker")
    return f"{workers} x {gib(each.worker_gib)} + a leader of {gib(each.leader_gib)} = {gib(total)} on the first node"


def _memory_need(on_site: DemandOnSite, layout: Layout) -> str:
    total = _ranks_times(layout)
    if on_site.demand.pins.has("mem", "mem_per_cpu"):
        return f"{total} > {gib(layout.choice.allocated_mib / MIB)} that the job asks for there"
    return f"{total} > {gib(layout.pool.usable_node.memory_mib / MIB)} of {layout.pool.node_type.name}"


def _memory_site(on_site: DemandOnSite, layout: Layout) -> str:
    node, choice = layout.pool.node_type, layout.choice
    limit = choice.memory_limit or MemoryLimit(0, 0, node.memory_mib, node.name)
    total = gib(limit.booked_mib / MIB)
    if on_site.demand.pins.mem is None:
        total = f"{limit.cpus} CPUs x {gib(choice.mem_per_cpu / MIB)} = {total}"
    return f"{total} per node > {gib(limit.limit_mib / MIB)} of {limit.owner}"


def _memory_per_cpu(on_site: DemandOnSite, layout: Layout) -> str:
    most, mem = layout.pool.max_memory_per_cpu_mib, on_site.demand.pins.mem
    each = f"{gib(layout.choice.asked_mib_per_cpu / MIB)} per CPU"
    if mem is not None:
        cpus = plural(layout.max_ranks_per_node * layout.cpus_per_task, "CPU")
        each = f"{gib(mem / MIB)} for {cpus} = {each}"
    return f"{each} > {gib((most or 0) / MIB)} of the partition"


def _vram(_: DemandOnSite, layout: Layout) -> str:
    node, each, most = (
        layout.pool.node_type,
        layout.choice.amounts(sure=True).vram_gib,
        layout.choice.use.most,
    )
    total = f"{plural(most, 'rank')} x {gib(each)} = {gib(most * each)}"
    return f"{total} on a GPU in the last iteration > {gib(node.vram_gib)} of {node.gpu_type}"


def _rank_rule(on_site: DemandOnSite, layout: Layout) -> str:
    for rule in on_site.demand.rank_rules:
        if ranks_off(rule, layout.ntasks):
            return f"{rule.message}; this asks for {layout.ntasks}"
    return f"{layout.ntasks} MPI ranks are not possible for this job"


def ranks_off(rule: RankRule | LocalLimit, ntasks: int) -> bool:
    """Whether a number of ranks breaks a bound that RELION enforces at run time."""
    too_many = rule.maximum is not None and ntasks > rule.maximum
    return ntasks < rule.minimum or too_many or (rule.odd and ntasks % 2 == 0)


def _scratch_need(on_site: DemandOnSite, _: Layout) -> str:
    terms = " + ".join(f"{term.gib:,.1f} {term.label}" for term in on_site.demand.scratch)
    total = gib(on_site.demand.scratch_need_gib)
    return f"{terms} = {total} of scratch per node > {on_site.demand.pins.scratch} GiB asked for"


def _scratch_site(on_site: DemandOnSite, layout: Layout) -> str:
    wanted = on_site.demand.pins.scratch or on_site.demand.scratch_need_gib
    node = layout.pool.node_type
    return f"{gib(wanted)} of scratch per node > {node.scratch_gib} GiB of {node.name}"


def _time(on_site: DemandOnSite, layout: Layout) -> str:
    partition = layout.pool.partition
    name, limit = (partition.name, partition.max_time_s or 0) if partition else ("", 0)
    return f"{format_time(on_site.demand.pins.time or 0)} > {format_time(limit)} of partition {name}"


def _nodes(_: DemandOnSite, layout: Layout) -> str:
    partition, nodes = layout.pool.partition, layout.worker_nodes
    if partition and partition.max_nodes and nodes > partition.max_nodes:
        return f"{plural(nodes, 'node')} > {partition.max_nodes} of partition {partition.name}"
    leader = " and the leader's" if layout.choice.leader_nodes_of_pool else ""
    return f"{plural(nodes, 'node')}{leader} > {layout.pool.interchangeable_count} of {layout.pool.node_type.name}"


def _too_few_nodes(_: DemandOnSite, layout: Layout) -> str:
    partition = layout.pool.partition
    name, least = (partition.name, partition.min_nodes) if partition else ("", 0)
    return (
        f"partition {name} takes jobs of {plural(least or 0, 'node')} or more; this has {layout.worker_nodes}"
    )


def _mode(_: DemandOnSite, layout: Layout) -> str:
    if layout.mode == HETJOB:
        return "a group of its own is for a leader that would take a place beside GPUs, in a batch job"
    if layout.mode == HETEROGENEOUS:
        return "GPUs need a layout by node: heterogeneous leaves the nodes to Slurm"
    return f"{layout.mode} is for batch jobs"


def _uneven_gpus(on_site: DemandOnSite, layout: Layout) -> str:
    """Say how the workers of the nodes share its GPUs, by RELION's own mapping."""
    return "RELION would share the GPUs unevenly, or double one unasked: " + _devices_in_words(
        on_site, layout
    )


def _devices_in_words(on_site: DemandOnSite, layout: Layout) -> str:
    """Workers of each GPU on the first and on the other nodes, as a small picture."""
    has_leader = on_site.demand.leader and layout.ntasks > 1 and layout.leader_pool is None
    gpus, threads = layout.gpus_per_node, layout.choice.threads
    first = layout.shares[0] - has_leader
    parts = [f"{plural(first, 'worker')} for {plural(gpus, 'GPU')}"]
    others = layout.shares[1] if layout.nodes > 1 else first
    if others != first:
        parts[0] += " on the first node"
        parts.append(f"{others} on each other")
    straddling = node_use(on_site.demand.gpu_ids, 0, max(first, others), gpus, threads).straddling
    if straddling:
        parts.append(f"{straddling} of them with threads on two GPUs")
    return ", ".join(parts)


def _two_gpus(on_site: DemandOnSite, layout: Layout) -> str:
    return (
        f"a rank with {plural(layout.choice.threads, 'thread')} would be on two GPUs, "
        f"and load its references on both: {_devices_in_words(on_site, layout)}"
    )


def _cpus(_: DemandOnSite, layout: Layout) -> str:
    node = layout.pool.node_type
    most, usable = layout.pool.max_cpus(layout.gpus_per_node), layout.pool.usable_node.cpus
    by_gpu = node.cpus_per_gpu and layout.gpus_per_node and most < usable
    share = f" ({node.cpus_per_gpu} for each GPU)" if by_gpu else ""
    full, allocated = layout.max_ranks_per_node, layout.choice.cpus_of_fullest_node
    total = allocated if allocated > most else full * layout.cpus_per_task
    tasks = f"{plural(full, 'task')} x {plural(layout.cpus_per_task, 'CPU')} = {total} CPUs per node"
    return f"{tasks} > {min(most, usable)} of {node.name}{share}"


def _whole_node(_: DemandOnSite, layout: Layout) -> str:
    partition, node = layout.pool.partition, layout.pool.node_type
    name, most = (partition.name, partition.max_cpus_per_node or 0) if partition else ("", 0)
    if not most or node.cpus <= most:
        gpus = f"all {node.gpus} GPUs of {node.name}, which its ranks see"
        return f"an exclusive {layout.mode} job gets {gpus}; this asks for {layout.gpus_per_node}"
    return f"an exclusive job takes all {node.cpus} CPUs of {node.name} > {most} per node of partition {name}"


def _whole_cores(_: DemandOnSite, layout: Layout) -> str:
    threads = layout.pool.node_type.threads_per_core
    return (
        f"{layout.cpus_per_task} CPUs per task are not whole cores of {threads} CPUs: Slurm may allocate too "
        "few, and then the step waits for ever"
    )


def _busy_gpus(on_site: DemandOnSite, layout: Layout) -> str:
    workers = layout.ntasks - (1 if on_site.demand.leader and layout.ntasks > 1 else 0)
    asked_for = layout.worker_nodes * layout.gpus_per_node
    return f"{plural(workers, 'worker')} would leave some of {asked_for} GPUs idle"


MESSAGES: dict[str, Callable[[DemandOnSite, Layout], str]] = {
    "need:memory": _memory_need,
    "site:memory": _memory_site,
    "site:max_mem_per_cpu": _memory_per_cpu,
    "need:ranks": _rank_rule,
    "need:serial": lambda _, it: f"this program is one process; {plural(it.ntasks, 'task')} are asked for",
    "need:rank_per_gpu": lambda _, it: (
        f"this program takes one rank per GPU: {plural(it.ntasks, 'rank')} for "
        f"{it.worker_nodes * it.gpus_per_node} GPUs"
    ),
    "need:single_gpu": lambda _, it: (
        f"this program is of use on one GPU only: {it.worker_nodes * it.gpus_per_node} are asked for"
    ),
    "need:one_node": lambda _, it: f"an interactive job runs on one node; this asks for {it.nodes}",
    "need:scratch": _scratch_need,
    "site:scratch": _scratch_site,
    "site:max_time": _time,
    "site:max_nodes": _nodes,
    "site:count": _nodes,
    "site:whole_cores": _whole_cores,
    "site:cpus": _cpus,
    "site:exclusive": _whole_node,
    "site:gpus": lambda _, it: (
        f"{plural(it.gpus_per_node, 'GPU')} per node > {it.pool.node_type.gpus} of {it.pool.node_type.name}"
    ),
    "need:mode": _mode,
    "need:even_gpus": _uneven_gpus,
    "need:one_gpu": _two_gpus,
    "need:vram": _vram,
    "need:items": lambda on_site, it: (
        f"{plural(it.ntasks - (on_site.demand.leader and it.ntasks > 1), 'worker')} for {on_site.demand.items} items: "
        "the others would compute nothing"
    ),
    "site:modes": lambda on_site, it: f"{on_site.cluster.name} does not run {it.mode} jobs",
    "site:leader": lambda on_site, _: (
        f"{on_site.cluster.name} has no node without GPUs that the leader could have"
    ),
    "site:min_nodes": _too_few_nodes,
    "need:busy_gpus": _busy_gpus,
    "need:gpu_list": lambda on_site, it: (
        f"the list of GPUs has {len(parse_ids(on_site.demand.gpu_ids))} entries for {it.ntasks} ranks: this program "
        "takes one for each, and stops"
    ),
    "need:devices": lambda on_site, it: (
        f"GPU {highest(on_site.demand.gpu_ids)} is listed, and a node of the job has "
        f"{it.gpus_per_node or it.pool.node_type.gpus}, counted from 0"
    ),
    "need:threads": lambda on_site, it: (
        f"{on_site.demand.pins.threads} threads would share {plural(it.cpus_per_task, 'CPU')} of each task"
    ),
    "site:memory_flag": lambda on_site, _: (
        f"{on_site.cluster.name} takes memory by node only, which leaves open how many tasks share a node"
    ),
    "need:gpu_node": lambda _, it: f"nodes of type {it.pool.node_type.name} have no GPUs",
}
"""What is wrong with the layout that misses a requirement by the least: always with its numbers."""
