"""`extends:`: a profile that starts from a built-in one and says only what differs."""

from __future__ import annotations

from collections.abc import Mapping

from relionc.site.read import PROVENANCE, TOP_ONLY, collect_sources
from relionc.site.types import PROGRAM_VARIABLE, Launcher, NodeType, Partition, Policy, ScratchDisk, Source
from relionc.slurm.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from relionc.diag import Finding
    from relionc.site.types import Cluster, Plain, Qos

_LONGEST = 1000
"""Characters of a path that may lead to something."""
ABOUT_THE_FILE = (*TOP_ONLY, *PROVENANCE)


def overlay(base: Cluster, value: Mapping[str, Plain], findings: list[Finding]) -> dict[str, Plain]:
    """Return the whole profile: `value` laid over `base`.

    Mappings merge, everything else replaces, null removes. A fact that the overlay states loses the base's
    source and gets the overlay's.
    """
    facts = {key: part for key, part in value.items() if key not in ABOUT_THE_FILE}
    merged = merge(to_value(base), facts)
    own = collect_sources(value, findings)
    root = own.pop("", Source(""))
    own_root = root._replace(text=root.text or f"profile {value.get('name', base.name)}")
    stated = dict(_leaves(facts, "", own, own_root))
    there = existing(merged, {*base.sources, *stated})
    sources = {path: source for path, source in base.sources.items() if path in there and path not in stated}
    sources |= {path: source for path, source in stated.items() if path in there}
    merged["sources"] = {path: source_value(source) for path, source in (sources | own).items()}
    merged["date"] = str(value.get("date") or base.date)
    return merged


def merge(base: Mapping[str, Plain], over: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return `over` laid over `base`: mappings merge, other values replace, null removes the key."""
    merged = dict(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            merged[key] = merge(_mapping(merged.get(key)), value)
        else:
            merged[key] = value
    return merged


def _mapping(value: Plain) -> Mapping[str, Plain]:
    return value if isinstance(value, Mapping) else {}


def existing(value: Mapping[str, Plain], paths: Container[str]) -> set[str]:
    """Return those of some dotted paths that lead to something in a profile, with the one to the profile itself.

    Names may hold dots themselves. Cost: one step for each value of the profile, whatever the paths.
    """
    return {"", *(path for path in _paths(value, "") if path in paths)}


def _paths(value: Mapping[str, Plain], path: str) -> Iterator[str]:
    """Yield the dotted path of every value; not of those that are too long to be one."""
    for key, part in value.items():
        here = f"{path}.{key}" if path else str(key)
        if len(here) <= _LONGEST:
            yield here
            if isinstance(part, Mapping):
                yield from _paths(part, here)


def _leaves(
    value: Mapping[str, Plain], path: str, sources: Mapping[str, Source], source: Source
) -> Iterator[tuple[str, Source]]:
    """Yield the dotted path of every value that is not a mapping, with the source nearest to it.

    `source`: the one nearest to `path`.
    """
    for key, part in value.items():
        here = f"{path}.{key}" if path else str(key)
        if len(here) > _LONGEST:
            continue
        nearest = _nearest(sources, here, path, source)
        if isinstance(part, Mapping):
            yield from _leaves(part, here, sources, nearest)
        elif key not in PROVENANCE:
            yield here, nearest


def _nearest(sources: Mapping[str, Source], path: str, parent: str, otherwise: Source) -> Source:
    """Return the source of a path or of the longest beginning of it that has one and goes beyond `parent`."""
    while len(path) > len(parent):
        if path in sources:
            return sources[path]
        path = path.rpartition(".")[0]
    return otherwise


def source_value(source: Source) -> dict[str, Plain]:
    """Return a source as it stands in a profile."""
    return _filled(source=source.text, date=source.date, unverified=source.unverified)


def to_value(cluster: Cluster) -> dict[str, Plain]:
    """Return what the file of a profile would hold: `site.read_profile` reads an equal cluster back."""
    return {"profile": 1} | _filled(
        name=cluster.name,
        title=cluster.title,
        date=cluster.date,
        scheduler=cluster.scheduler,
        slurm=cluster.slurm,
        mpi=cluster.mpi,
        mpi_plugins=list(cluster.mpi_plugins),
        memory_flag=cluster.memory_flag,
        on_warning=cluster.on_warning,
        max_array_size=cluster.max_array_size or None,
        gres_gpu=cluster.gres_gpu,
        gpu_flag=cluster.gpu_flag,
        node_types={name: _node_value(node) for name, node in cluster.node_types.items()},
        partitions={name: _partition_value(part) for name, part in cluster.partitions.items()},
        launchers={use: _launcher_value(launcher) for use, launcher in cluster.launchers.items()},
        scratch=_scratch_value(cluster.scratch),
        policy=_policy_value(cluster.policy),
        versions=list(cluster.versions),
        modules={version: list(lines) for version, lines in cluster.modules.items()},
        wrapper={version: list(words) for version, words in cluster.wrapper.items()},
        environment=dict(pair for pair in cluster.environment if pair not in _of_programs(cluster)),
        programs=dict(cluster.programs),
        allocation=list(cluster.allocation),
        directives={name: True if text is None else text for name, text in cluster.directives},
        relion=_filled(**cluster.relion._asdict()),
        notes=list(cluster.notes),
        modes=list(cluster.modes),
        require=list(cluster.require),
        qos={name: _qos_value(qos) for name, qos in cluster.qos.items()},
        sources={path: source_value(source) for path, source in cluster.sources.items()},
    )


def _of_programs(cluster: Cluster) -> set[tuple[str, str]]:
    """Return the variables that programs stand for: said with these, so that another profile may say other ones."""
    return {(PROGRAM_VARIABLE.format(name.upper()), path) for name, path in cluster.programs}


def _node_value(node: NodeType) -> dict[str, Plain]:
    share: Plain = node.cpus_per_gpu
    if node.least_cpus_per_gpu:
        share = _filled(most=node.cpus_per_gpu, least=node.least_cpus_per_gpu)
    return {"count": node.count, "cpus": node.cpus, "memory": node.memory_mib} | _filled(
        threads_per_core=node.threads_per_core,
        scratch=node.scratch_gib,
        gpu_type=node.gpu_type,
        gpus=node.slices or node.gpus,
        mig=bool(node.slices),
        shards=node.shards,
        gpu_feature=node.gpu_feature,
        vram=_vram_value(node.vram_gib),
        gpu_threads=node.gpu_threads,
        cpus_per_gpu=share,
        features=list(node.features),
        until=node.until,
        arch=node.arch,
        modules={version: list(lines) for version, lines in node.modules},
        wrapper={version: list(words) for version, words in node.wrapper},
    )


def _vram_value(size: float) -> str:
    return f"{round(size * 1024)}M" if size else ""


def _partition_value(partition: Partition) -> dict[str, Plain]:
    named: dict[str, Plain] = {} if partition.named else {"named": False}
    return {"node_types": list(partition.node_types), **named} | _filled(
        default=partition.default,
        max_time=_time_value(partition.max_time_s),
        default_time=_time_value(partition.default_time_s),
        max_nodes=partition.max_nodes,
        max_memory_per_node=partition.max_memory_per_node_mib,
        max_memory_per_cpu=partition.max_memory_per_cpu_mib,
        min_nodes=partition.min_nodes,
        max_cpus_per_node=partition.max_cpus_per_node,
        billing=dict(partition.billing),
        exclusive=partition.exclusive,
        min_gpus=partition.min_gpus,
        max_gpus=partition.max_gpus,
        max_cpus=partition.max_cpus,
        directives={name: True if text is None else text for name, text in partition.directives},
    )


def _qos_value(qos: Qos) -> dict[str, Plain]:
    return _filled(
        max_time=_time_value(qos.max_time_s),
        max_nodes=qos.max_nodes,
        min_gpus=qos.min_gpus,
        max_gpus=qos.max_gpus,
        max_cpus=qos.max_cpus,
    )


def _launcher_value(launcher: Launcher) -> dict[str, Plain]:
    return (
        {"argv": list(launcher.argv)}
        | _filled(
            name=launcher.name,
            arbitrary=list(launcher.arbitrary),
            hostfile_variable=launcher.hostfile_variable,
            unset=list(launcher.unset),
            exports=dict(launcher.exports),
            mpi=launcher.mpi,
            workers=list(launcher.workers),
            variables=dict(launcher.variables),
            places_ranks_by=launcher.places_ranks_by,
            hostfile_row=launcher.hostfile_row,
        )
        | ({} if launcher.daemons is None else {"daemons": launcher.daemons})
    )


def _scratch_value(scratch: ScratchDisk | None) -> dict[str, Plain]:
    if scratch is None:
        return {}
    return {"path": scratch.path} | _filled(
        gres=scratch.gres,
        required=scratch.required,
        minimum=scratch.minimum_gib,
        default=scratch.default_gib,
        private=scratch.private,
        tmp=scratch.tmp,
        feature=scratch.feature,
        burst_buffer=scratch.burst_buffer,
    )


def _policy_value(policy: Policy) -> dict[str, Plain]:
    always: dict[str, Plain] = {
        "cpu_threads": policy.cpu_threads,
        "gpu_threads": policy.gpu_threads,
        "memory_per_cpu": policy.memory_per_cpu_mib,
        "ntasks": policy.ntasks,
        "time": format_time(policy.time_s),
        "memory_factor": policy.memory_factor,
    }
    shared = {
        each.job_type: {"ranks": each.ranks} | _filled(vram=_vram_value(each.vram_gib))
        for each in policy.ranks_per_gpu
    }
    return always | _filled(
        threads=dict(policy.threads), idle_cpus=dict(policy.mode_cpus), ranks_per_gpu=shared
    )


def _time_value(seconds: int | None) -> str:
    return "" if seconds is None else format_time(seconds)


def _filled(**values: Plain) -> dict[str, Plain]:
    """Return the values that say something."""
    return {name: value for name, value in values.items() if value}
