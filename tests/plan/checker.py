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
        found += [*_memory(plan, node, partition, cluster), *_limits(plan, node, partition, cluster)]
        found += [*_one_kind_of_node(plan, job, partition, cluster), *_leader_group(plan, cluster)]
    return found


def worker_nodes(plan: Mapping[str, Any]) -> int:
    """Nodes that Slurm counts for the workers: all but the leader's, where it has one."""
    return int(plan["nodes"]) - (plan["mode"] == "hetjob")


def _ranks(plan: Mapping[str, Any]) -> Iterator[str]:
    ranks, mode = plan["ranks"], plan["mode"]
    if [rank["rank"] for rank in ranks] != list(range(plan["ntasks"])):
        yield "ranks are not numbered from 0 to ntasks"
    nodes = [rank["node"] for rank in ranks]
    if nodes != sorted(nodes) or set(nodes) != set(range(plan["nodes"])):
        yield f"ranks do not fill {plan['nodes']} nodes in blocks"
    on = Counter(nodes)
    leaders = [rank["rank"] for rank in ranks if rank["role"] == "leader"]
    if leaders not in ([], [0]):
        yield "a leader that is not rank 0"
    if mode == "homogeneous" and len(set(on.values())) != 1:
        yield "homogeneous, and unequal nodes"
    if mode == "homogeneous+1" or (mode == "one-task-per-node" and leaders):
        workers = Counter(rank["node"] for rank in ranks if rank["rank"] > 0)
        if len(set(workers.values())) > 1:
            yield f"{mode}, and unequal workers"
    yield from _slots(plan, on)


def _slots(plan: Mapping[str, Any], on: Counter[int]) -> Iterator[str]:
    """The tasks that Slurm allocates hold all ranks."""
    mode, each = plan["mode"], plan["ntasks_per_node"]
    if mode == "heterogeneous":
        if plan["slots"] != plan["ntasks"]:
            yield "heterogeneous allocates more tasks than it runs"
    elif mode == "hetjob":
        if (
            on[0] != 1
            or {count for node, count in on.items() if node} != {each}
            or plan["slots"] != plan["ntasks"]
        ):
            yield "a hetjob is a leader alone, and equal nodes of workers"
    elif mode == "one-task-per-node":
        if (plan["slots"], each) != (plan["nodes"], 1):
            yield "not one task on each node"
        if plan["cpus_per_slot"] != max(on.values()) * plan["cpus_per_task"]:
            yield "the task of a node has other CPUs than its ranks take on the fullest"
    else:
        if max(on.values()) > each:
            yield "more ranks on a node than tasks per node"
        if plan["slots"] != plan["nodes"] * each:
            yield "slots are not nodes x tasks per node"
    if mode != "one-task-per-node" and plan["cpus_per_slot"] != plan["cpus_per_task"]:
        yield "a task of one rank with other CPUs than the rank's"


def _cpus(plan: Mapping[str, Any], node: NodeType) -> Iterator[str]:
    each, core = plan["cpus_per_slot"], node.threads_per_core
    tasks = plan["ntasks_per_node"]
    allocated = ceil(tasks * each / core) * core
    if plan["exclusive"] and node.cpus:
        allocated = max(allocated, plan["cpus_per_node"])
    elif plan["cpus_per_node"] != allocated:
        yield f"{tasks} tasks x {each} CPUs in cores of {core} are {allocated} CPUs, not {plan['cpus_per_node']}"
    if node.cpus and tasks * each > node.cpus:
        yield f"{tasks} tasks x {each} CPUs on {node.cpus}"
    if plan["threads"] > plan["cpus_per_task"]:
        yield f"{plan['threads']} threads on {plan['cpus_per_task']} CPUs"
    if each % core and each != 1 and tasks > 1:
        yield "CPUs per task that make a step wait forever"
    if plan["use_gpu"] and node.cpus_per_gpu and tasks * each > node.cpus_per_gpu * plan["gpus_per_node"]:
        yield "more CPUs than the site gives with these GPUs"


ALL_OF_ITS_GPUS = ("modelangelo", "external")
"""Types whose one process uses every GPU that it gets."""


def relion_devices(plan: Mapping[str, Any], rank: int, node: int, by_rank: bool) -> set[int]:
    """RELION's own rule, for a GPU list or without one."""
    gpus, ids, threads = plan["gpus_per_node"], plan["gpu_ids"], plan["threads"]
    led = any(other["role"] == "leader" for other in plan["ranks"])
    if ids[:1].isdigit():
        lists = [[int(number) for number in part.split(",")] for part in ids.split(":")]
        mine = lists[rank] if by_rank else lists[(rank - led) % len(lists)]
        return set(mine) if by_rank else set(mine[:threads])
    if by_rank:
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
    motion, by_rank = job["type"] == "motioncorr", job["type"] in ("motioncorr", "autopick")
    nodes = range(plan["nodes"] - worker_nodes(plan), plan["nodes"])
    if motion and not plan["gpu_ids"] and plan["ntasks"] % (len(nodes) * count):
        yield "MotionCor2 takes one rank per GPU"
    loads: Counter[tuple[int, int]] = Counter()
    for rank in plan["ranks"]:
        here = (
            set() if rank["role"] == "leader" else relion_devices(plan, rank["rank"], rank["node"], by_rank)
        )
        if job["type"] in ALL_OF_ITS_GPUS:
            here = set(range(count))
        if here != set(rank["gpus"]):
            yield f"rank {rank['rank']} uses GPU {sorted(here)}, the plan says {rank['gpus']}"
        loads.update((rank["node"], gpu) for gpu in here)
    if cluster.scheduler == "slurm" and set(loads) != {(n, g) for n in nodes for g in range(count)}:
        yield f"busy GPUs are {sorted(loads)}, of {count} on {len(nodes)} nodes"
    yield from _shared_gpus(plan, job, loads)
    if max(loads.values(), default=0) != plan["workers_per_gpu"]:
        yield f"{plan['workers_per_gpu']} workers on the busiest GPU, counted {max(loads.values(), default=0)}"
    each = sum(term["gib"] for term in plan["vram_per_worker"] if not term.get("assumed"))
    if node.vram_gib and each * max(loads.values(), default=0) > node.vram_gib * 1.001:
        yield f"{max(loads.values())} workers of {each} GiB on a GPU of {node.vram_gib}"


def _shared_gpus(
    plan: Mapping[str, Any], job: Mapping[str, Any], loads: Counter[tuple[int, int]]
) -> Iterator[str]:
    """Without a list: no rank on two GPUs, no GPU shared unasked, and evenly as far as the numbers allow."""
    if plan["gpu_ids"][:1].isdigit() or plan["ntasks"] == 1:
        return
    if any(len(rank["gpus"]) > 1 for rank in plan["ranks"]):
        yield "a rank on two GPUs"
    wishes, options = job.get("resources", {}), job.get("options", {})
    asked = "ntasks" in wishes or "ntasks_per_node" in wishes or "nr_mpi" in options
    for node in {node for node, _ in loads}:
        here = [count for (where, _), count in loads.items() if where == node]
        if not asked and (min(here) != max(here) or max(here) > wishes.get("ranks_per_gpu", 1)):
            yield f"GPUs of node {node} have {here} ranks, which nobody asked for"
        if asked and max(here) - min(here) > (sum(here) % plan["gpus_per_node"] > 0):
            yield f"GPUs of node {node} have {here} ranks"


def sure_gib(plan: Mapping[str, Any], role: str) -> float:
    """What a rank takes for certain: terms that rest on an assumption refuse nothing."""
    terms = plan["memory_leader"] if role == "leader" else plan["memory_per_rank"]
    return float(sum(term["gib"] for term in terms if not term.get("assumed")))


def _memory(
    plan: Mapping[str, Any], node: NodeType, partition: Partition | None, cluster: Cluster
) -> Iterator[str]:
    per_cpu, per_node = plan.get("mem_per_cpu_mib"), plan.get("mem_per_node_mib")
    if (per_cpu is None) == (per_node is None):
        yield "not exactly one memory flag"
        return
    if cluster.memory_flag == "per_cpu" and per_cpu is None:
        yield "the site wants memory per CPU"
    if cluster.memory_flag == "per_node" and per_node is None:
        yield "the site wants memory per node"
    cap = partition.max_memory_per_cpu_mib if partition else None
    if per_cpu is not None and cap and per_cpu > cap:
        yield "more memory per CPU than the partition allows"
    cpus = node.cpus if plan["exclusive"] else plan["cpus_per_node"]
    booked = per_node if per_node is not None else per_cpu * cpus
    if booked > node.memory_mib:
        yield f"{booked} MiB booked on a node of {node.memory_mib}"
    leaders_node = 0 if plan["mode"] == "hetjob" else -1
    taken: Counter[int] = Counter()
    for rank in plan["ranks"]:
        taken[rank["node"]] += sure_gib(plan, rank["role"]) if rank["node"] != leaders_node else 0
    fullest = max(taken.values()) * 1024
    if fullest > node.memory_mib * 1.001:
        yield f"ranks of {fullest} MiB do not fit the node"
    if fullest > booked * 1.001 + cpus:
        yield f"ranks of {fullest} MiB do not fit the {booked} that are booked"


def _leader_group(plan: Mapping[str, Any], cluster: Cluster) -> Iterator[str]:
    group = plan["leader_group"]
    if (group is not None) != (plan["mode"] == "hetjob"):
        yield "a group for the leader and a hetjob go together"
    if group is None:
        return
    node = cluster.node_types[group["node_type"]]
    partition = cluster.partitions[group["partition"]]
    if node.gpus or group["node_type"] not in partition.node_types:
        yield "the leader has GPUs, or nodes that are not in its partition"
    if plan["time_s"] > (partition.max_time_s or plan["time_s"]) or (partition.min_nodes or 1) > 1:
        yield "a partition that takes no job like the leader's"
    if group["cpus"] > min(node.cpus, partition.max_cpus_per_node or node.cpus):
        yield "more CPUs for the leader than its node has"
    per_cpu, per_node = group.get("mem_per_cpu_mib"), group.get("mem_per_node_mib")
    if (per_cpu is None) != (plan.get("mem_per_cpu_mib") is None):
        yield "groups that ask for memory in two ways, which srun refuses"
    booked = per_node if per_node is not None else per_cpu * group["cpus"]
    if booked > node.memory_mib or booked * 1.001 + 1 < sure_gib(plan, "leader") * 1024:
        yield f"{booked} MiB for the leader"


def _one_kind_of_node(
    plan: Mapping[str, Any], job: Mapping[str, Any], partition: Partition | None, cluster: Cluster
) -> Iterator[str]:
    """A feature that nobody asked for keeps ranks on nodes like those of the plan, and keeps none of them out."""
    feature = plan["constraint"]
    if feature is None or "constraint" in job.get("resources", {}) or partition is None:
        return
    chosen = cluster.node_types[plan["node_type"]]
    for name in partition.node_types:
        alike = _hardware(cluster.node_types[name]) == _hardware(chosen)
        if alike != (feature in cluster.node_types[name].features):
            yield f"the feature {feature} is not that of nodes like {plan['node_type']}"


def _hardware(node: NodeType) -> tuple[Any, ...]:
    return node.cpus, node.threads_per_core, node.memory_mib, node.gpu_type, node.gpus


def _limits(
    plan: Mapping[str, Any], node: NodeType, partition: Partition | None, cluster: Cluster
) -> Iterator[str]:
    if partition is None or node.name not in partition.node_types:
        yield "nodes that are not in the partition"
        return
    if plan["mode"] not in cluster.modes:
        yield "a mode that the site does not run"
    nodes = worker_nodes(plan)
    if partition.max_nodes and nodes > partition.max_nodes:
        yield "more nodes than the partition allows"
    if partition.min_nodes and nodes < partition.min_nodes:
        yield "fewer nodes than the partition wants"
    if partition.max_cpus_per_node and plan["cpus_per_node"] > partition.max_cpus_per_node:
        yield "more CPUs per node than the partition allows"
    if partition.max_time_s and plan["time_s"] > partition.max_time_s:
        yield "more time than the partition allows"
    if partition.max_memory_per_node_mib:
        tasks = 1 if plan["mode"] == "heterogeneous" else plan["ntasks_per_node"]
        cpus = (
            node.cpus if plan["exclusive"] else tasks * plan["cpus_per_slot"]
        )  # as Slurm counts when it looks
        booked = plan.get("mem_per_node_mib") or plan["mem_per_cpu_mib"] * cpus
        if booked > partition.max_memory_per_node_mib:
            yield "more memory per node than the partition allows"
    alike = [cluster.node_types[name] for name in partition.node_types]
    if nodes > sum(each.count for each in alike if _hardware(each) == _hardware(node)):
        yield "more nodes than there are of this kind"
    yield from _scratch(plan, node, cluster)


def _scratch(plan: Mapping[str, Any], node: NodeType, cluster: Cluster) -> Iterator[str]:
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
    fullest = max(Counter(rank["node"] for rank in plan["ranks"]).values())
    inside = plan["mode"] == "one-task-per-node"  # the ranks of a node are in one task
    has = {**plan, "nodes": worker_nodes(plan), **({"ntasks_per_node": fullest} if inside else {})}
    for key in ("nodes", "ntasks_per_node", "cpus_per_task", "exclusive"):
        if key in wishes and has[key] != wishes[key]:
            yield f"{key} is {has[key]}, not {wishes[key]}"
    what = "micrographs" if job["type"] in ("motioncorr", "ctffind") else "particles"
    items, workers = job.get("data", {}).get(what), sum(rank["role"] != "leader" for rank in plan["ranks"])
    if items and workers > items and plan["ntasks"] > 1:
        yield f"{workers} ranks work on {items} {what}"
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
        if workers != worker_nodes(plan) * plan["gpus_per_node"] * wishes["ranks_per_gpu"]:
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
    if isinstance(wish, int) and worker_nodes(plan) * plan["gpus_per_node"] != wish:
        yield f"{worker_nodes(plan)} x {plan['gpus_per_node']} GPUs, not {wish}"
    if isinstance(wish, dict):
        if plan["gpu_type"] and wish.get("type", plan["gpu_type"]) != plan["gpu_type"]:
            yield "other GPUs"
        if wish.get("per_node", plan["gpus_per_node"]) != plan["gpus_per_node"]:
            yield "another number of GPUs per node"
