"""A job that has no GPUs because nobody asked for any: what it would be like with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc import catalog
from relionc.diag import WARNING, Finding
from relionc.plan.demand import demand_of
from relionc.plan.explain import summary
from relionc.plan.layout import layout_of
from relionc.plan.on_site import DemandOnSite
from relionc.plan.problem import problem
from relionc.solve import TooHard, best

if TYPE_CHECKING:
    from relionc.plan.layout import Layout
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL316"


def forgotten_gpus(job: ResolvedJob, cluster: Cluster, made: Layout) -> list[Finding]:
    """Return a warning with the layout on GPUs, where the job's program uses them and the cluster has them."""
    changed = with_gpus(job)
    if changed is None or not any(node.gpus for node in cluster.node_types.values()):
        return []
    try:
        found = best(problem(DemandOnSite(demand_of(changed, cluster), cluster)))
    except TooHard:
        return []
    if found is None:
        return []
    layout = layout_of(found.choice)
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
