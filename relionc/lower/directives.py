"""JobPlan → sbatch options, in the order in which people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.ir import Directive
from relionc.lower.launch import groups
from relionc.plan.model import HETEROGENEOUS
from relionc.slurm.options import OPTIONS
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

Option = tuple[str, str | None]

OF_JOB = ("job-name", "output", "open-mode")
"""Options that say nothing about what to allocate."""
_NEXT_GROUP = Directive("", "hetjob")


def batch(plan: JobPlan, cluster: Cluster) -> tuple[Directive, ...]:
    """Return the directives of a batch script: ours, the profile's, then the user's further ones.

    A later option takes the place of an earlier one of the same name; `gres` is one line with everything in
    it, because Slurm honours only the last. The groups of a hetjob follow each other; what is the job's is said by
    the first alone, or a second time would be once too often (mail).
    """
    first, *others = groups(plan)
    further = [(name, value) for name, value in (*cluster.directives, *plan.job.slurm) if name != "gres"]
    made = [*_first(first, further, cluster)]
    for group in others:
        of_nodes = [(name, value) for name, value in further if OPTIONS[name].each_group]
        made += [_NEXT_GROUP, *_directives([*resources(group, cluster), *of_nodes])]
    return tuple(made)


def _first(plan: JobPlan, further: Sequence[Option], cluster: Cluster) -> tuple[Directive, ...]:
    # The output is relative to where sbatch is called: that folder exists. Slurm kills a job without a word when the
    # folder of its output is missing, so the job's own folder would not do.
    of_job = zip(OF_JOB, (plan.job.name, "slurm-%j.out", "append"), strict=True)
    return _directives([*of_job, *resources(plan, cluster), *further])


def _directives(options: Iterable[Option]) -> tuple[Directive, ...]:
    """Return directives; of options with the same name the last one's value, in the first one's place."""
    return tuple(Directive(name, value) for name, value in dict(options).items() if value != "")


def resources(plan: JobPlan, cluster: Cluster) -> Iterator[Option]:
    """Yield the options that say what to allocate."""
    yield "partition", plan.partition
    yield "constraint", plan.constraint
    yield from _tasks(plan)
    yield from _memory(plan)
    yield "gres", gres(plan, cluster)
    if plan.time_s is not None:
        yield "time", format_time(plan.time_s)
    if plan.exclusive:
        yield "exclusive", None
    for name, pin in (("account", plan.job.resources.account), ("qos", plan.job.resources.qos)):
        if pin is not None:
            yield name, pin.value


def _tasks(plan: JobPlan) -> Iterator[Option]:
    """Yield the shape: a heterogeneous job leaves the nodes to Slurm, any other fixes tasks per node.

    Without tasks per node Slurm would heap the tasks on the first nodes.
    """
    if plan.mode != HETEROGENEOUS:
        yield "nodes", str(plan.nodes)
    yield "ntasks", str(plan.slots)
    if plan.mode != HETEROGENEOUS:
        yield "ntasks-per-node", str(plan.slots // plan.nodes)
    yield "cpus-per-task", str(plan.cpus_per_slot or plan.cpus_per_task)


def _memory(plan: JobPlan) -> Iterator[Option]:
    """Yield the one memory option: Slurm refuses two."""
    if plan.mem_per_cpu_mib is not None:
        yield "mem-per-cpu", format_memory(plan.mem_per_cpu_mib)
    elif plan.mem_per_node_mib is not None:
        yield "mem", format_memory(plan.mem_per_node_mib)


def gres(plan: JobPlan, cluster: Cluster) -> str:
    """Return all generic resources of a node in one value: GPUs, scratch, the profile's, the user's."""
    items = []
    if plan.gpus_per_node:
        items.append(
            ":".join(part for part in (cluster.gres_gpu, plan.gpu_type, str(plan.gpus_per_node)) if part)
        )
    if plan.scratch_gib and cluster.scratch is not None and cluster.scratch.gres:
        items.append(f"{cluster.scratch.gres}:{plan.scratch_gib}")
    further = (*cluster.directives, *plan.job.slurm)
    items += [value for name, value in further if name == "gres" and value]
    return ",".join(items)
