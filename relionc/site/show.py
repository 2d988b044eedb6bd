"""A profile as tables for people: what `relionc cluster show` prints."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time
from relionc.slurm.versions import is_between, taken_as

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.site.types import Cluster, Launcher, NodeType, Partition, Policy, Qos


class Table(NamedTuple):
    """A titled table; every row has as many cells as the header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def describe(cluster: Cluster) -> tuple[Table, ...]:
    """Return the tables of a profile; those with nothing to say are left out."""
    tables = (
        Table("cluster", ("fact", "value"), tuple(_facts(cluster))),
        Table(
            "partitions", ("name", "node types", "longest", "default time", "limits"), _partitions(cluster)
        ),
        Table("QOS", ("name", "longest", "limits"), _qos(cluster)),
        Table(
            "node types",
            _NODE_HEADER,
            tuple(_node(node) for node in cluster.node_types.values()),
        ),
        Table("launchers", ("for", "words", "with a hostfile"), _launchers(cluster)),
        Table("RELION", ("version", "made available by"), _versions(cluster)),
        Table("rules", ("rule",), tuple((note,) for note in cluster.notes)),
        Table("sources", ("of", "source", "date", "note"), _sources(cluster)),
    )
    return tuple(table for table in tables if table.rows)


_UNITS = {"cpu": "{} a CPU", "memory": "{} a GiB", "gpu": "{} a GPU"}
_NODE_HEADER = ("name", "nodes", "CPUs", "memory", "scratch GiB", "GPUs", "features")


def _slurm(version: str) -> str:
    """Return the scheduler, and of a version between two that were tried the one that it is taken as."""
    said = f"Slurm {version}".strip()
    return f"{said}, taken as {taken_as(version)} (none between was tried)" if is_between(version) else said


def _facts(cluster: Cluster) -> list[tuple[str, str]]:
    scheduler = _slurm(cluster.slurm) if cluster.scheduler == "slurm" else "none: jobs run right here"
    memory = {
        "per_cpu": "per CPU",
        "per_node": "per node",
        "per_gpu": "per GPU",
        "all": "all of a node",
        "none": "not at all",
    }.get(cluster.memory_flag, "per CPU or per node")
    gpus = {"gpus_per_node": "by GPUs of a node, not as a gres", "none": "not at all: nodes come with theirs"}
    policy = cluster.policy
    facts = [
        ("name", cluster.name),
        ("title", cluster.title),
        ("as of", cluster.date),
        ("scheduler", scheduler),
        ("MPI", cluster.mpi),
        ("RELION is built", _builds(cluster)),
        ("memory is asked", memory if cluster.scheduler == "slurm" else ""),
        ("GPUs are asked", gpus.get(cluster.gpu_flag, "")),
        ("tasks of a job array", f"{cluster.max_array_size:,}" if cluster.max_array_size else ""),
        ("every job says", ", ".join(cluster.require)),
        ("scratch", _scratch(cluster)),
        ("programs run in", _wrapper(cluster)),
        ("programs", ", ".join(f"{name} {path}" for name, path in cluster.programs)),
        ("interactive allocation", " ".join(cluster.allocation)),
        ("ways to distribute ranks", ", ".join(cluster.modes) if cluster.scheduler == "slurm" else ""),
        ("preferred CPUs per task", f"{policy.cpu_threads}, with a GPU {policy.gpu_threads}"),
        ("CPUs per task by job type", _numbers(policy.threads)),
        ("preferred memory per CPU", format_memory(policy.memory_per_cpu_mib)),
        ("preferred ranks of a CPU job", str(policy.ntasks)),
        ("preferred time", format_time(policy.time_s)),
        ("estimates of memory times", f"{policy.memory_factor:g}" if policy.memory_factor != 1 else ""),
        ("a mode counts as idle CPUs", _numbers(policy.mode_cpus)),
        ("ranks that share a GPU", _shared(policy)),
    ]
    return [fact for fact in facts if fact[1]]


def _shared(policy: Policy) -> str:
    return ", ".join(
        f"{each.job_type} {each.ranks}" + (f" from {each.vram_gib:g} GiB on" if each.vram_gib else "")
        for each in policy.ranks_per_gpu
    )


def _builds(cluster: Cluster) -> str:
    precision, glibc = cluster.relion
    parts = [f"in {precision} precision"] if precision else []
    return ", ".join([*parts, f"for glibc {glibc}"] if glibc else parts)


def _wrapper(cluster: Cluster) -> str:
    several = len(cluster.wrapper) > 1
    return "; ".join(
        (f"{version}: " if several else "") + " ".join(words) for version, words in cluster.wrapper.items()
    )


def _numbers(pairs: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} {number}" for name, number in pairs)


def _scratch(cluster: Cluster) -> str:
    scratch = cluster.scratch
    if scratch is None:
        return ""
    parts = [scratch.path]
    parts += [f"gres {scratch.gres}"] if scratch.gres else []
    parts += ["temporary disk of the node"] if scratch.tmp else []
    parts += [f"feature {scratch.feature}"] if scratch.feature else []
    parts += [f"burst buffer {scratch.burst_buffer}"] if scratch.burst_buffer else []
    parts += ["each job its own"] if scratch.private else []
    parts += [f"required, at least {scratch.minimum_gib} GiB"] if scratch.required else []
    return ", ".join(parts)


def _partitions(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            partition.name + (" (default)" if partition.default else ""),
            ", ".join(partition.node_types),
            _time(partition.max_time_s),
            _time(partition.default_time_s),
            _limits(partition),
        )
        for partition in cluster.partitions.values()
    )


def _qos(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    return tuple((each.name, _time(each.max_time_s), _limits_of_job(each)) for each in cluster.qos.values())


def _limits_of_job(of: Partition | Qos) -> str:
    limits = (
        f"GPUs of a job at least: {of.min_gpus}" if of.min_gpus else "",
        f"GPUs of a job: {of.max_gpus}" if of.max_gpus else "",
        f"CPUs of a job: {of.max_cpus}" if of.max_cpus else "",
        f"nodes: {of.max_nodes}" if of.max_nodes else "",
    )
    return ", ".join(limit for limit in limits if limit)


def _limits(partition: Partition) -> str:
    node, cpu = partition.max_memory_per_node_mib, partition.max_memory_per_cpu_mib
    limits = (
        "whole nodes" if partition.exclusive else "",
        "" if partition.named else "jobs do not name it",
        _limits_of_job(partition),
        " ".join(f"--{name}" + (f"={value}" if value else "") for name, value in partition.directives),
        f"nodes at least: {partition.min_nodes}" if partition.min_nodes else "",
        f"CPUs a node: {partition.max_cpus_per_node}" if partition.max_cpus_per_node else "",
        f"memory a node: {format_memory(node)}" if node else "",
        f"memory a CPU: {format_memory(cpu)}" if cpu else "",
        "bills " + " + ".join(_UNITS[name].format(f"{weight:g}") for name, weight in partition.billing)
        if partition.billing
        else "",
    )
    return ", ".join(limit for limit in limits if limit)


def _time(seconds: int | None) -> str:
    return "not known" if seconds is None else format_time(seconds)


def _node(node: NodeType) -> tuple[str, ...]:
    gpus = f"{node.slices or node.gpus} x {node.gpu_type or 'GPU'}" if node.gpus else ""
    gpus += ", slices" if node.slices else f", in {node.shards} shards" if node.shards else ""
    gpus += f", {node.vram_gib:g} GiB" if node.vram_gib else ""
    return (
        node.name + (f" (until {node.until})" if node.until else ""),
        str(node.count),
        str(node.cpus) if node.known else "not known",
        format_memory(node.memory_mib) if node.memory_mib else "not known",
        str(node.scratch_gib or ""),
        gpus,
        " ".join(node.features),
    )


def _launchers(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (use, " ".join((*launcher.argv, *_second(launcher))), " ".join(launcher.arbitrary))
        for use, launcher in cluster.launchers.items()
    )


def _second(launcher: Launcher) -> tuple[str, ...]:
    return ("LEADER", *launcher.workers, "WORKERS") if launcher.workers else ()


def _versions(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    versions = dict.fromkeys((*cluster.versions, *cluster.modules))
    otherwise = cluster.modules.get("*", ())
    return tuple(
        ("any other" if version == "*" else version, "; ".join(cluster.modules.get(version, otherwise)))
        for version in versions
    )


def _sources(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (path or "everything else", source.text, source.date, "not checked" if source.unverified else "")
        for path, source in cluster.sources.items()
    )
