"""A job that has no GPUs because nobody asked for any: what it would be like with them."""

from __future__ import annotations

from relionc import catalog
from relionc.diag import WARNING, Finding
from relionc.plan.explain import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.plan.layout import Layout
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL316"


def forgotten_gpus(
    job: ResolvedJob,
    cluster: Cluster,
    made: Layout,
    best: Callable[[ResolvedJob, Cluster], Layout | None],
) -> list[Finding]:
    """Return a warning with the layout on GPUs, where the job's program uses them and the cluster has them."""
    changed = with_gpus(job) if any(node.gpus for node in cluster.node_types.values()) else None
    layout = best(changed, cluster) if changed is not None else None
    if layout is None:
        return []
    kind = layout.pool.node_type.gpu_type or layout.gpus_per_node
    option = job.type.option_of_role("use_gpu")
    return [
        Finding(
            code=CODE,
            severity=WARNING,
            message=f"no GPUs are asked for, and this job can use them: {summary(made)}",
            route=job.route,
            on_key=True,
            help=f"with `gpus: {kind}` under `resources` it is {summary(layout)}; "
            f"`{option.key if option else ''}: no` under `options` says that CPUs are meant",
        )
    ]


def with_gpus(job: ResolvedJob) -> ResolvedJob | None:
    """Return a job with its GPUs switched on; None where somebody has said whether it uses any, or it cannot."""
    option, needs = job.type.option_of_role("use_gpu"), job.needs
    if option is None or needs.gpu or not needs.gpu_possible or option.key in job.given:
        return None
    options = {**job.options, option.key: "Yes"}
    extra = job.type.option_of_role("extra_args")
    arguments = catalog.gpu_arguments(job.type, job.options, is_continue=job.is_continue)
    if extra is not None and arguments:
        options = {**job.options, extra.key: arguments}
    found = type(needs)(**catalog.needs(job.type, options, is_continue=job.is_continue))
    refused = catalog.refusals(job.type, options, output=job.output, is_continue=job.is_continue)
    if not found.gpu or any(each.option == option.key for each in refused):
        return None
    return job._replace(options=options, needs=found)
