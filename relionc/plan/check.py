"""What is said beside the plan: doubts about a layout that only its search can tell."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.plan.amounts import FITTED, GAPS, LIST, MARGIN, gib
from relionc.plan.gpus import parse_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite
    from relionc.spec.model import ResolvedJob


_SMALL = (LIST, MARGIN)
"""Terms that are assumed beside others."""
_GAPS = (
    "RELION runs with a glibc before 2.39",
    "where pre-read particles take twice their size (the profile's `relion: {glibc: ...}` decides)",
)
_FITTED = ("larger data take as much as small ones did", "of which a part was fitted to small runs")
_CLASSES = ("classes get as fine as assumed", "an estimate for classes at twice the finest resolution")
"""Why memory may run out, and what the sum is of."""


def afterwards(job: ResolvedJob, on_site: DemandOnSite, layout: Layout) -> list[Finding]:
    """Return what is to be said of a layout that was found."""
    return [
        *_assumed_memory(job, layout),
        *_uneven_gpus(on_site, layout),
        *_shared_gpus(on_site, layout),
    ]


def _assumed_memory(job: ResolvedJob, layout: Layout) -> list[Finding]:
    """Return a warning where a layout has no room for memory that nobody can know before the job runs.

    A classification takes more the finer its classes get: the model assumes how far that goes. Pre-read particles
    take twice their size with a C library that the profile need not name (docs/memory.md).
    """
    choice = layout.choice
    each = choice.amounts(sure=False)
    host = {term.label for term in (*each.worker, *each.leader) if term.assumed}
    fewer = "fewer ranks per node" if choice.max_ranks_per_node > 1 else "a node with more memory"
    fewer_on_gpu = "fewer ranks per GPU" if choice.use.most > 1 else "GPUs with more memory"
    lacks = [
        (choice.memory_missing_gib(sure=False), "memory", "the fullest node", fewer, _why(host)),
        (choice.vram_missing_gib(sure=False), "GPU memory", "the busiest GPU", fewer_on_gpu, (_CLASSES,)),
    ]
    return [
        Finding(
            code="RL406",
            severity=WARNING,
            message=f"{what} may run out by {gib(missing)} on {where}, if {' and '.join(why)}",
            route=job.route,
            on_key=True,
            help=f"{advice}; `relionc plan` shows the sum, {' and '.join(more)}",
        )
        for missing, what, where, advice, reasons in lacks
        if missing > 0
        for why, more in [zip(*reasons, strict=True)]
    ]


def _why(assumed: set[str]) -> tuple[tuple[str, str], ...]:
    """Return the reasons, each with what the sum is of, for terms that are assumed."""
    if assumed & FITTED:
        return (_FITTED,)
    if GAPS not in assumed:
        return (_CLASSES,)
    return (_CLASSES, _GAPS) if assumed - {GAPS, *_SMALL} else (_GAPS,)


def _uneven_gpus(on_site: DemandOnSite, layout: Layout) -> list[Finding]:
    """Return a warning where a pinned number of ranks cannot share the GPUs of a node evenly."""
    use, routes = layout.choice.use, on_site.demand.pins.routes
    route = routes.get("ntasks_per_node", routes.get("ntasks"))
    if not use.uneven or route is None or parse_ids(on_site.demand.gpu_ids):
        return []
    from relionc.plan.picture import of_layout

    return [
        Finding(
            code="RL314",
            severity=WARNING,
            message=f"the workers of a node cannot share its {layout.gpus_per_node} GPUs evenly: "
            f"{use.most} of them on one, fewer on others",
            route=route,
            help="workers (ranks without the leader) that are a multiple of the GPUs: the busiest GPU sets the pace",
            conflict=of_layout(on_site, layout),
        )
    ]


def _shared_gpus(on_site: DemandOnSite, layout: Layout) -> list[Finding]:
    """Return a warning where several ranks share a GPU, as is asked for, and their program takes one rank for each."""
    demand, most = on_site.demand, layout.choice.use.most
    if not demand.one_rank_per_gpu or most < 2:
        return []
    routes = demand.pins.routes
    route = routes.get("ranks_per_gpu") or routes.get("gpu_ids")
    return [
        Finding(
            code="RL317",
            severity=WARNING,
            message=f"{most} ranks share a GPU, and each starts a program that takes the GPU for its own",
            route=route or routes.get("ntasks", ()),
            help="one rank for each GPU, unless you have seen it run and be faster",
            why="RELION starts it (relion#201); whether the memory of the GPU is enough, nobody knows before.",
        )
    ]
