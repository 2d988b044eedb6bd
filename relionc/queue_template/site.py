"""A template of RELION's for a whole site, made from its profile: the entries of RELION's window that it needs too.

It does for every job type, and for the modes that a template can say: what is a job's own stands in the last entry,
which has the options that no other line says.
"""

from __future__ import annotations

from relionc.catalog.queue import load_queue
from relionc.ir import Directive, SiteEntry, SiteStart, SiteTemplate
from relionc.lower.shell_words import profile_word
from relionc.site import launchers
from relionc.slurm.options import OPTIONS
from relionc.slurm.quoting import written
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog.queue import Queue
    from relionc.ir import Word
    from relionc.site.types import Cluster, Launcher

_FROM_SLURM = {
    "cpus_per_task": "${SLURM_CPUS_PER_TASK}",
    "nodes": "${SLURM_JOB_NUM_NODES}",
    "ranks_per_node": "${SLURM_NTASKS_PER_NODE}",
    "tasks_per_node": "${SLURM_TASKS_PER_NODE}",
}
"""What a script finds in its job of what a plan would have put into the words of a launcher."""


_REQUIRED = {"account": "Account that pays (needed):", "qos": "Quality of service (needed):"}
"""Labels of what a site wants to be told, and nobody can say for all."""


def site_template(cluster: Cluster, version: str, header: tuple[str, ...]) -> SiteTemplate:
    """Return the template of a cluster that has Slurm, for a version of RELION."""
    queue = load_queue(version)
    entries = tuple(_entries(cluster, queue))
    batch, on_gpus = cluster.launchers["batch"], cluster.launchers.get("gpu")
    return SiteTemplate(
        header=(*header, *_left_out(cluster)),
        directives=tuple(_directives(cluster, queue, entries)),
        entries=tuple(each._replace(option="") for each in entries),
        environment=cluster.modules.get(version, cluster.modules.get("*", ())),
        exports=tuple((name, profile_word(text)) for name, text in cluster.environment),
        start=_start(batch, queue),
        wrapper=tuple(map(profile_word, cluster.wrapper.get(version, cluster.wrapper.get("*", ())))),
        ranks=queue.name_for("ntasks"),
        folder=queue.folder,
        command=queue.command,
        on_gpus=_start(on_gpus, queue) if on_gpus else None,
    )


def _start(launcher: Launcher, queue: Queue) -> SiteStart:
    place = launchers.start(launcher, placed=True, counted=True)
    usual = launchers.start(launcher, placed=False, counted=True)
    assert usual is not None  # noqa: S101 - nothing is placed
    extra = place.words[len(usual.words) :] if place else ()
    return SiteStart(
        exports=tuple((name, _word(text, queue)) for name, text in usual.exports),
        launcher=tuple(_word(text, queue) for text in usual.words),
        placing=tuple(_word(text, queue) for text in extra),
        row=place.row if place else "",
        variable=place.variable if place else "",
        unset=place.unset if place else (),
        always=bool(usual.row),
        daemons=launchers.has_daemons(launcher),
    )


def _left_out(cluster: Cluster) -> Iterator[str]:
    """Yield what a template cannot say of a profile: it does not know on which nodes a job will be."""
    own = [node.name for node in cluster.node_types.values() if node.modules or node.wrapper]
    if own:
        yield f"Nodes of these types have modules or a container of their own, which are not in here: {', '.join(own)}."


def _word(text: str, queue: Queue) -> Word:
    """Return a word of a launcher, with RELION's names and Slurm's variables in the place of a plan's numbers."""
    text = text.replace("{ntasks}", queue.name_for("ntasks"))
    text = text.replace("{hostfile}", f"{queue.folder}hostfile")
    for name, variable in _FROM_SLURM.items():
        text = text.replace(f"{{{name}}}", variable)
    return profile_word(text)


def _entries(cluster: Cluster, queue: Queue) -> Iterator[SiteEntry]:
    """Yield the site's entries; RELION 2.1 has two and no more, the others then stand in the last one's default."""
    policy = cluster.policy
    asked = [SiteEntry("Time limit:", format_time(policy.time_s), "time")]
    by_node = cluster.memory_flag == "per_node"
    if cluster.memory_flag in ("per_cpu", "per_node", "either"):
        memory = format_memory(policy.memory_per_cpu_mib * (policy.cpu_threads if by_node else 1))
        asked.append(
            SiteEntry("Memory of each node:", memory, "mem")
            if by_node
            else SiteEntry("Memory of each CPU:", memory, "mem-per-cpu")
        )
    if cluster.gpu_flag == "gpus_per_node":
        asked.append(SiteEntry("GPUs of each node:", "0", "gpus-per-node"))
    if gres := _gres(cluster):
        asked.append(SiteEntry("GPUs and scratch of each node, as gpu:4:", gres, "gres"))
    said = dict(cluster.directives)
    asked += [SiteEntry(_REQUIRED[name], "", name) for name in cluster.require if name not in said]
    rest = [
        written("ntasks", queue.name_for("ntasks")),
        written("cpus-per-task", queue.name_for("cpus-per-task")),
        *(written(name, value) for name, value in cluster.directives if name not in ("gres", "open-mode")),
    ]
    shown = asked[: queue.extras_most - 1]
    if cluster.memory_flag == "per_gpu":  # of a job on GPUs it is another option, and both are refused
        rest.append(written("mem-per-cpu", format_memory(policy.memory_per_cpu_mib)))
    rest += [written(each.option, each.default) for each in asked[len(shown) :] if each.default]
    yield from shown
    yield SiteEntry("Tasks, nodes, further options:", " ".join(rest))


def _gres(cluster: Cluster) -> str:
    """Return the generic resources of a job without GPUs; empty where nothing is asked for so."""
    scratch = cluster.scratch
    by_gres = cluster.gpu_flag == "gres" and any(each.gpus for each in cluster.node_types.values())
    parts = [f"{cluster.gres_gpu}:0"] if cluster.gres_gpu and by_gres else []
    if scratch and scratch.gres and (scratch.required or parts == []):
        parts.append(f"{scratch.gres}:{max(scratch.minimum_gib, scratch.default_gib)}")
    parts += [value for name, value in cluster.directives if name == "gres" and value]
    return ",".join(parts)


def _directives(cluster: Cluster, queue: Queue, entries: tuple[SiteEntry, ...]) -> Iterator[Directive]:
    if any(each.named for each in cluster.partitions.values()):
        yield Directive("partition", queue.name_for("partition"))
    if cluster.memory_flag == "all":
        yield Directive("mem", "0")
    yield Directive("output", queue.output)
    yield Directive("error", queue.errors)
    yield Directive("open-mode", "append")
    for number, each in enumerate(entries, 1):
        name = queue.name_of_extra(number)
        yield Directive(each.option, name) if each.option in OPTIONS else Directive("", name)


def variables(template: SiteTemplate, cluster: Cluster, version: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the variables by which RELION's window learns of a template: name and text."""
    queue = load_queue(version)
    default = next(
        (each.name for each in cluster.partitions.values() if each.default),
        next(iter(cluster.partitions), ""),
    )
    texts = {"use": "yes", "queue": default, "submit": "sbatch", "template": path}
    for role, name in queue.variables.items():
        if texts.get(role):
            yield name, texts[role]
    if queue.extras_counted:
        yield queue.extras_counted, str(len(template.entries))
    for number, each in enumerate(template.entries, 1):
        yield queue.extra_declared.replace("{n}", str(number)), each.label
        yield queue.extra_default.replace("{n}", str(number)), each.default
