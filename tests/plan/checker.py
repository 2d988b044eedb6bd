"""What every plan must satisfy, written down apart from the code that makes plans.

`complaints` looks at a plan as plan.json has it, at the profile, and at what the job asked for.
"""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.site.types import Cluster, NodeType, Partition

UNITS = {"M": 1, "G": 1024, "T": 1024 * 1024}


def complaints(plan: Mapping[str, Any], cluster: Cluster, job: Mapping[str, Any]) -> list[str]:
    """Return all that is wrong with a plan; `job` is the job of the spec."""
    node = cluster.node_types[plan["node_type"]]
    partition = cluster.partitions.get(plan["partition"] or "")
    found = [*_ranks(plan), *_cpus(plan, node), *_gpus(plan, node, job, cluster), *_wishes(plan, job)]
    if cluster.scheduler == "slurm":
        found += [*_memory(plan, node, cluster), *_limits(plan, node, partition, cluster)]
    return found


def _ranks(plan: Mapping[str, Any]) -> Iterator[str]:
    ranks = plan["ranks"]
    if [rank["rank"] for rank in ranks] != list(range(plan["ntasks"])):
        yield "ranks are not numbered from 0 to ntasks"
    nodes = [rank["node"] for rank in ranks]
    if nodes != sorted(nodes) or set(nodes) != set(range(plan["nodes"])):
        yield f"ranks do not fill {plan['nodes']} nodes in blocks"
    on = Counter(nodes)
    leaders = [rank["rank"] for rank in ranks if rank["role"] == "leader"]
    if leaders not in ([], [0]):
        yield "a leader that is not rank 0"
    if plan["mode"] == "homogeneous" and len(set(on.values())) != 1:
        yield "homogeneous, and unequal nodes"
    if plan["mode"] == "homogeneous+1":
        workers = Counter(rank["node"] for rank in ranks if rank["rank"] > 0)
        if len(set(workers.values())) > 1:
            yield "homogeneous+1, and unequal workers"
    if plan["mode"] != "heterogeneous":
        if max(on.values()) > plan["ntasks_per_node"]:
            yield "more ranks on a node than tasks per node"
        if plan["slots"] != plan["nodes"] * plan["ntasks_per_node"]:
            yield "slots are not nodes x tasks per node"
    elif plan["slots"] != plan["ntasks"]:
        yield "heterogeneous allocates more tasks than it runs"


def _cpus(plan: Mapping[str, Any], node: NodeType) -> Iterator[str]:
    each, core = plan["cpus_per_task"], node.threads_per_core
    tasks = plan["ntasks_per_node"]
    allocated = ceil(tasks * each / core) * core
    if plan["exclusive"] and node.cpus:
        allocated = max(allocated, plan["cpus_per_node"])
    elif plan["cpus_per_node"] != allocated:
        yield f"{tasks} tasks x {each} CPUs in cores of {core} are {allocated} CPUs, not {plan['cpus_per_node']}"
    if node.cpus and tasks * each > node.cpus:
        yield f"{tasks} tasks x {each} CPUs on {node.cpus}"
    if plan["threads"] > each:
        yield f"{plan['threads']} threads on {each} CPUs"
    if each % core and each != 1 and tasks > 1:
        yield "CPUs per task that make a step wait for ever"
    if plan["use_gpu"] and node.cpus_per_gpu and tasks * each > node.cpus_per_gpu * plan["gpus_per_node"]:
        yield "more CPUs than the site gives with these GPUs"


def relion_devices(plan: Mapping[str, Any], rank: int, node: int, motion: bool) -> set[int]:
    """RELION's own rule, for a GPU list or without one."""
    gpus, ids, threads = plan["gpus_per_node"], plan["gpu_ids"], plan["threads"]
    led = any(other["role"] == "leader" for other in plan["ranks"])
    if ids[:1].isdigit():
        lists = [[int(number) for number in part.split(",")] for part in ids.split(":")]
        mine = lists[rank] if motion else lists[(rank - led) % len(lists)]
        return set(mine[:threads]) if not motion else set(mine)
    if motion:
        return {rank % gpus}
    here = sum(other["node"] == node and other["role"] != "leader" for other in plan["ranks"])
    return {
        gpus * (((rank - led) % here) * threads + thread) // (here * threads) for thread in range(threads)
    }


def _gpus(plan: Mapping[str, Any], node: NodeType, job: Mapping[str, Any], cluster: Cluster) -> Iterator[str]:
    count = plan["gpus_per_node"]
    if not plan["use_gpu"]:
        if count or plan["gpu_type"]:
            yield "GPUs asked for without a use"
        return
    if node.gpus and count > node.gpus:
        yield f"{count} GPUs of {node.gpus}"
    if plan["mode"] == "heterogeneous":
        yield "GPUs with ranks wherever there is room"
    motion = job["type"] == "motioncorr"
    if motion and plan["ntasks"] != plan["nodes"] * count:
        yield "MotionCor2 takes one rank per GPU"
    busy = set()
    for rank in plan["ranks"]:
        here = set() if rank["role"] == "leader" else relion_devices(plan, rank["rank"], rank["node"], motion)
        if here != set(rank["gpus"]):
            yield f"rank {rank['rank']} uses GPU {sorted(here)}, the plan says {rank['gpus']}"
        busy |= {(rank["node"], gpu) for gpu in here}
    if cluster.scheduler == "slurm" and busy != {(n, g) for n in range(plan["nodes"]) for g in range(count)}:
        yield f"busy GPUs are {sorted(busy)}, of {count} on {plan['nodes']} nodes"


def _memory(plan: Mapping[str, Any], node: NodeType, cluster: Cluster) -> Iterator[str]:
    per_cpu, per_node = plan.get("mem_per_cpu_mib"), plan.get("mem_per_node_mib")
    if (per_cpu is None) == (per_node is None):
        yield "not exactly one memory flag"
        return
    if cluster.memory_flag == "per_cpu" and per_cpu is None:
        yield "the site wants memory per CPU"
    if cluster.memory_flag == "per_node" and per_node is None:
        yield "the site wants memory per node"
    cpus = node.cpus if plan["exclusive"] else plan["cpus_per_node"]
    booked = per_node if per_node is not None else per_cpu * cpus
    if booked > node.memory_mib:
        yield f"{booked} MiB booked on a node of {node.memory_mib}"
    each = sum(term["gib"] for term in plan["memory_per_rank"])
    fullest = max(Counter(rank["node"] for rank in plan["ranks"]).values())
    if each * fullest * 1024 > node.memory_mib * 1.001:
        yield f"{fullest} ranks of {each} GiB do not fit the node"
    asked_for = plan.get("mem_per_cpu_mib") or plan.get("mem_per_node_mib")
    if each * fullest * 1024 > booked * 1.001 + cpus:
        yield f"{fullest} ranks of {each} GiB do not fit what is booked ({asked_for})"


def _limits(
    plan: Mapping[str, Any], node: NodeType, partition: Partition | None, cluster: Cluster
) -> Iterator[str]:
    if partition is None or node.name not in partition.node_types:
        yield "nodes that are not in the partition"
        return
    if partition.max_nodes and plan["nodes"] > partition.max_nodes:
        yield "more nodes than the partition allows"
    if partition.max_time_s and plan["time_s"] > partition.max_time_s:
        yield "more time than the partition allows"
    if partition.max_memory_per_node_mib:
        tasks = 1 if plan["mode"] == "heterogeneous" else plan["ntasks_per_node"]
        cpus = node.cpus if plan["exclusive"] else tasks * plan["cpus_per_slot"]  # as Slurm counts when it looks
        booked = plan.get("mem_per_node_mib") or plan["mem_per_cpu_mib"] * cpus
        if booked > partition.max_memory_per_node_mib:
            yield "more memory per node than the partition allows"
    if plan["nodes"] > sum(cluster.node_types[name].count for name in partition.node_types):
        yield "more nodes than there are"
    if node.scratch_gib and plan["scratch_gib"] > node.scratch_gib:
        yield "more scratch than the node has"
    need = sum(term["gib"] for term in plan["scratch_per_node"])
    if need > plan["scratch_gib"]:
        yield f"{need} GiB of particles and reserve on {plan['scratch_gib']} GiB of scratch"
    if cluster.scratch and cluster.scratch.required and plan["scratch_gib"] < cluster.scratch.minimum_gib:
        yield "the site wants scratch"


def _mib(size: Any) -> int:
    return int(size[:-1]) * UNITS[size[-1]] if isinstance(size, str) else int(size)


def _wishes(plan: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[str]:
    """Every wish of the job is kept to the letter."""
    wishes, options = job.get("resources", {}), job.get("options", {})
    for key in ("nodes", "ntasks_per_node", "cpus_per_task", "exclusive"):
        if key in wishes and plan[key] != wishes[key]:
            yield f"{key} is {plan[key]}, not {wishes[key]}"
    if plan["partition"] and "partition" in wishes and plan["partition"] != wishes["partition"]:
        yield "another partition"
    yield from _option_wishes(plan, options, wishes.get("ntasks"))
    if job.get("layout", "auto") not in ("auto", plan["mode"]):
        yield f"the layout is {plan['mode']}"
    if "mem_per_cpu" in wishes and plan.get("mem_per_cpu_mib") not in (None, _mib(wishes["mem_per_cpu"])):
        yield "other memory per CPU"
    if (
        "mem" in wishes
        and plan.get("mem_per_node_mib", 0) != _mib(wishes["mem"])
        and plan["time_s"] is not None
    ):
        yield "other memory per node"
    if "scratch" in wishes and plan["scratch_gib"] != int(wishes["scratch"][:-1]):
        yield "other scratch"
    if "ranks_per_gpu" in wishes:
        workers = sum(rank["role"] != "leader" for rank in plan["ranks"])
        if workers != plan["nodes"] * plan["gpus_per_node"] * wishes["ranks_per_gpu"]:
            yield "another number of ranks per GPU"
    yield from _gpu_wish(plan, wishes.get("gpus"))


def _option_wishes(plan: Mapping[str, Any], options: Mapping[str, Any], ntasks: int | None) -> Iterator[str]:
    for ranks in (ntasks, options.get("nr_mpi")):
        if ranks is not None and plan["ntasks"] != ranks:
            yield f"{plan['ntasks']} ranks, not {ranks}"
    if "nr_threads" in options and plan["threads"] != options["nr_threads"]:
        yield "other threads"


def _gpu_wish(plan: Mapping[str, Any], wish: Any) -> Iterator[str]:
    if isinstance(wish, str):
        kind, _, count = wish.partition(":")
        wish = {"type": kind} | ({"per_node": int(count)} if count else {})
    if isinstance(wish, int) and plan["nodes"] * plan["gpus_per_node"] != wish:
        yield f"{plan['nodes']} x {plan['gpus_per_node']} GPUs, not {wish}"
    if isinstance(wish, dict):
        if plan["gpu_type"] and wish.get("type", plan["gpu_type"]) != plan["gpu_type"]:
            yield "other GPUs"
        if wish.get("per_node", plan["gpus_per_node"]) != plan["gpus_per_node"]:
            yield "another number of GPUs per node"
