"""JobPlan → sbatch options, in the order in which people read them."""

from __future__ import annotations

from relionc.ir import Directive
from relionc.lower.modes import mode_of
from relionc.slurm.options import OPTIONS
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relionc.plan.model import Group, JobPlan
    from relionc.site.types import Cluster

Option = tuple[str, str | None]

OF_JOB = ("job-name", "output", "open-mode", "requeue", "no-requeue", "signal")
"""Options that say nothing about what to allocate."""
_NEXT_GROUP = Directive("", "hetjob")


def batch(plan: JobPlan, cluster: Cluster) -> tuple[Directive, ...]:
    """Return the directives of a batch script: ours, the profile's, then the user's further ones.

    A later option takes the place of an earlier one of the same name; `gres` is one line with everything in
    it, because Slurm honours only the last. The groups of a hetjob follow each other; what is the job's is said by
    the first alone, or a second time would be once too often (mail).
    """
    first, *others = plan.groups
    further = [(name, value) for name, value in _further(plan, cluster) if name != "gres"]
    # The output is relative to where sbatch is called: that folder exists. Slurm kills a job without a word when the
    # folder of its output is missing, so the job's own folder would not do. A profile or the user may name another.
    name = plan.job.name
    of_job = (("job-name", name), ("output", f"{name}-%j.out"), ("open-mode", "append"))
    given = {name for name, _ in further}
    made = [*_directives([*of_job, *_restart(plan, given), *resources(plan, first, cluster), *further])]
    for group in others:
        of_nodes = [(name, value) for name, value in further if OPTIONS[name].each_group]
        made += [_NEXT_GROUP, *_directives([*resources(plan, group, cluster), *of_nodes])]
    return tuple(made)


def _further(plan: JobPlan, cluster: Cluster) -> Iterator[Option]:
    """Yield the profile's options, but for those that the spec says under `resources`, and the spec's further ones."""
    pins = {"account": plan.job.resources.account, "qos": plan.job.resources.qos}
    of_site = (*cluster.directives, *_of_partitions(plan.workers.partition, cluster))
    yield from ((name, value) for name, value in of_site if pins.get(name) is None)
    yield from plan.job.slurm


def _of_partitions(name: str, cluster: Cluster) -> Iterator[Option]:
    """Yield the options of a partition; of a list of them those that all have."""
    parts = [cluster.partitions[each] for each in name.split(",") if each in cluster.partitions]
    for option in parts[0].directives if parts else ():
        if all(option in part.directives for part in parts):
            yield option


def _restart(plan: JobPlan, given: set[str]) -> Iterator[Option]:
    """Yield whether Slurm may start the job again, and when it tells the script that the time limit is near.

    Without a word, the site's JobRequeue decides. What is `given` by the user or the profile is not said again.
    """
    if not given & {"requeue", "no-requeue"}:
        yield "requeue" if plan.job.restart else "no-requeue", None
    if plan.job.restart and plan.job.type.traits.resume and "signal" not in given:
        yield "signal", f"B:USR1@{notice_s(plan.time_s)}"


def notice_s(time_s: int | None) -> int:
    """Return how long before its time limit a job has to stop: RELION ends in seconds, a large one in minutes."""
    return 120 if time_s is None else max(20, min(300, time_s // 20))


def _directives(options: Iterable[Option]) -> tuple[Directive, ...]:
    """Return directives; of options with the same name the last one's value, in the first one's place."""
    return tuple(Directive(name, value) for name, value in dict(options).items() if value != "")


def resources(plan: JobPlan, group: Group, cluster: Cluster) -> Iterator[Option]:
    """Yield the options that say what to allocate for a group of a job's nodes."""
    yield "partition", group.partition if _is_named(group, cluster) else ""
    yield "constraint", group.constraint
    yield from mode_of(plan).shape(group)
    yield "cpus-per-task", str(group.cpus_per_task)
    yield from _memory(plan, group, cluster)
    yield "gpus-per-node", _gpus_per_node(group, cluster)
    yield "gres", gres(plan, group, cluster)
    yield from _scratch(group, cluster)
    if plan.time_s is not None:
        yield "time", format_time(plan.time_s)
    if group.exclusive:
        yield "exclusive", None
    for name, pin in (("account", plan.job.resources.account), ("qos", plan.job.resources.qos)):
        if pin is not None:
            yield name, pin.value


def _is_named(group: Group, cluster: Cluster) -> bool:
    """Whether a job says its partition: at some sites a plugin finds it by what else the job asks for."""
    partition = cluster.partitions.get(group.partition)
    return partition is None or partition.named


def _gpus_per_node(group: Group, cluster: Cluster) -> str:
    if cluster.gpu_flag != "gpus_per_node" or not group.gpus_per_node or group.shards:
        return ""
    return ":".join(part for part in (group.gpu_type, str(group.gpus_per_node)) if part)


def _scratch(group: Group, cluster: Cluster) -> Iterator[Option]:
    """Yield how scratch space is asked for where it is no gres."""
    scratch = cluster.scratch
    if scratch is None or not group.scratch_gib:
        return
    if scratch.tmp:
        yield "tmp", f"{group.scratch_gib}G"
    if scratch.burst_buffer:
        yield "bb", scratch.burst_buffer.replace("{scratch}", str(group.scratch_gib))


def _memory(plan: JobPlan, group: Group, cluster: Cluster) -> Iterator[Option]:
    """Yield the one memory option: Slurm refuses two. A site may want it by GPU, or all of a node."""
    if plan.job.resources.mem is None and plan.job.resources.mem_per_cpu is None:
        if cluster.memory_flag == "all" and group.mem_per_node_mib is not None:
            yield "mem", "0"
            return
        if cluster.memory_flag == "per_gpu" and group.gpus_per_node and group.memory_mib:
            yield "mem-per-gpu", format_memory(-(-group.memory_mib // group.gpus_per_node))
            return
    if group.mem_per_cpu_mib is not None:
        yield "mem-per-cpu", format_memory(group.mem_per_cpu_mib)
    elif group.mem_per_node_mib is not None:
        yield "mem", format_memory(group.mem_per_node_mib)


def gres(plan: JobPlan, group: Group, cluster: Cluster) -> str:
    """Return all generic resources of a node in one value: GPUs, scratch, the profile's, the user's."""
    items = []
    if group.shards:
        items.append(f"shard:{group.shards}")
    elif group.gpus_per_node and cluster.gpu_flag == "gres":
        parts = (cluster.gres_gpu, group.gpu_type, str(group.gpus_per_node))
        items.append(":".join(part for part in parts if part))
    if group.scratch_gib and cluster.scratch is not None and cluster.scratch.gres:
        items.append(f"{cluster.scratch.gres}:{group.scratch_gib}")
    items += [value for name, value in _further(plan, cluster) if name == "gres" and value]
    return ",".join(items)
