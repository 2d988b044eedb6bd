"""JobPlan → sbatch options, in the order in which people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding
from relionc.expr.slurm import format_memory, format_time
from relionc.ir import Directive
from relionc.plan.model import HETEROGENEOUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

Option = tuple[str, str | None]

PLANNED = frozenset(
    [
        "constraint",
        "cpus-per-task",
        "distribution",
        "exclusive",
        "gpus",
        "gpus-per-node",
        "gpus-per-task",
        "mem",
        "mem-per-cpu",
        "mem-per-gpu",
        "nodes",
        "ntasks",
        "ntasks-per-gpu",
        "ntasks-per-node",
        "partition",
        "time",
    ]
)
"""sbatch options that the plan decides; `spec` refuses them in `slurm:`, `refused` in a profile."""


def batch(plan: JobPlan, cluster: Cluster) -> tuple[Directive, ...]:
    """Return the directives of a batch script: ours, the profile's, then the user's further ones.

    A later option takes the place of an earlier one of the same name; `gres` is one line with everything in
    it, because Slurm honours only the last.
    """
    options: dict[str, str | None] = {
        "job-name": plan.job.name,
        # Relative to where sbatch is called: that folder exists. Slurm kills a job without a word when the
        # folder of its output is missing, so the job's own folder would not do.
        "output": "slurm-%j.out",
        "open-mode": "append",
    }
    options |= dict(resources(plan, cluster))
    further = [*cluster.directives, *plan.job.slurm]
    options |= {name: value for name, value in further if name != "gres"}
    return tuple(Directive(name, value) for name, value in options.items() if value != "")


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
    yield "cpus-per-task", str(plan.cpus_per_task)


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


def refused(cluster: Cluster) -> Iterator[Finding]:
    """Yield a finding for each directive of the profile that would contradict every plan."""
    for name, _ in cluster.directives:
        if name in PLANNED:
            yield Finding(
                code="RL650",
                message=f"the profile `{cluster.name}` gives every job `--{name}`, which the plan decides",
                route=("cluster",),
                help=f"take `{name}` out of the profile's `directives`",
            )
