"""Several ranks for each GPU, where the site prefers that for a type of job on GPUs of enough memory.

It is a preference: it changes no node and no GPU of the layout that a job has without it, and where the ranks that it
adds do not fit there, the job has one for each GPU.
"""

from __future__ import annotations

from relionc.plan.layout import layout_of
from relionc.plan.model import Reason
from relionc.plan.pins import with_pin
from relionc.plan.words import plural
from relionc.solve import Conflict, TooHard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan import Known
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite
    from relionc.site.types import Cluster, RanksOfGpu
    from relionc.spec.model import Pin, ResolvedJob

    Planned = tuple[ResolvedJob, DemandOnSite, Layout, tuple[Reason, ...]]


def with_policy(
    job: ResolvedJob,
    cluster: Cluster,
    known: Known,
    planned: tuple[DemandOnSite, Layout, tuple[Reason, ...]],
) -> Planned:
    """Return a job with its layout: with as many ranks for each GPU as the site prefers, where they fit."""
    on_site, layout, why = planned
    rule, pin = _rule(job, cluster, on_site, layout), job.resources.asked_gpus
    if rule is None or pin is None:
        return job, on_site, layout, why
    route = (*job.route, "resources", "ranks_per_gpu")
    pinned: Pin[object] = pin._replace(value=rule.ranks, route=route)  # type: ignore[arg-type, assignment]
    changed = with_pin(job, "ranks_per_gpu", pinned)
    try:
        other_site, answer, reasons = known.answer(changed, cluster)
    except TooHard:
        return job, on_site, layout, why
    other = None if isinstance(answer, Conflict) else layout_of(answer.choice)
    if other is None or not _on_the_same(layout, other):
        text = f"{_wanted(rule, cluster)} {rule.ranks}, which do not fit on these nodes"
        return job, on_site, layout, (*why, Reason("ranks_per_gpu", "1", "forced", text))
    rest = tuple(each for each in reasons if each.name != "ranks_per_gpu")
    text = f"{_wanted(rule, cluster)} so many; {_cost(layout, other)}"
    said = (*rest, Reason("ranks_per_gpu", str(rule.ranks), "best", text)) if why else ()
    return changed, other_site, other, said


def _rule(job: ResolvedJob, cluster: Cluster, on_site: DemandOnSite, layout: Layout) -> RanksOfGpu | None:
    """Return what the site prefers for such a job on these GPUs, where nothing of the spec says how many ranks."""
    rule = next((each for each in cluster.policy.ranks_per_gpu if each.job_type == job.type.name), None)
    pins, node = on_site.demand.pins, layout.pool.node_type
    says = (
        pins.ranks_per_gpu
        or pins.gpu_ids is not None
        or pins.ntasks_per_node
        or on_site.demand.ranks_are_asked
    )
    if rule is None or rule.ranks < 2 or not layout.gpus_per_node or says:
        return None
    return rule if node.vram_gib >= rule.vram_gib and not (node.slices or node.shards) else None


def _on_the_same(layout: Layout, other: Layout) -> bool:
    return (layout.pool.node_type, layout.nodes, layout.gpus_per_node, layout.pool.partition) == (
        other.pool.node_type,
        other.nodes,
        other.gpus_per_node,
        other.pool.partition,
    )


def _wanted(rule: RanksOfGpu, cluster: Cluster) -> str:
    """Return where the preference stands, and where it comes from."""
    source = cluster.source_of(f"policy.ranks_per_gpu.{rule.job_type}")
    told = f" ({source.text})" if source and source.text else ""
    return f"policy.ranks_per_gpu of {cluster.name}{told} wants"


def _cost(layout: Layout, other: Layout) -> str:
    """Return what the ranks that are more take of the fullest node."""
    cpus = other.choice.cpus_of_fullest_node - layout.choice.cpus_of_fullest_node
    memory = (other.choice.need_gib() or 0) - (layout.choice.need_gib() or 0)
    ranks = plural(other.ntasks - layout.ntasks, "rank")
    return f"{ranks} more, and {plural(cpus, 'CPU')} and {max(memory, 0):.1f} GiB more of a node than with one each"
