"""What is said beside the plan: pins that name something the site does not have, and doubts about a layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import WARNING, Finding, Fix
from relionc.expr.refs import show
from relionc.plan.amounts import gib
from relionc.plan.gpus import parse_ids
from relionc.plan.picture import of_layout
from relionc.plan.pins import QUEUE_ONLY
from relionc.slurm.constraint import constraint_allows, parse_constraint
from relionc.slurm.faults import faults
from relionc.slurm.syntax import SlurmSyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite
    from relionc.site.types import Cluster
    from relionc.spec.model import Pin, ResolvedJob

MOST_ENTRIES, MOST_CHARACTERS = 64, 512
"""The longest list of GPUs."""


def pins_beyond_site(job: ResolvedJob, cluster: Cluster) -> list[Finding]:
    """Return a finding for each pin that `cluster` cannot know how to meet."""
    resources = job.resources
    found: list[Finding] = []
    if cluster.scheduler == "slurm":
        if resources.partition is not None:
            found += _known(resources.partition, cluster.partitions, "RL601", "partition", cluster)
        if resources.constraint is not None:
            found += _constraint(resources.constraint, cluster)
        found += _memory_flags(job, cluster)
    else:
        pins = resources.pinned()
        found += [_meaningless(pins[name], name, cluster) for name in QUEUE_ONLY if name in pins]
    found += _gpus(job, cluster)
    found += _lengths(job)
    return found


def _lengths(job: ResolvedJob) -> list[Finding]:
    """Return a finding for a list of GPUs that is longer than any job's: the search looks at every entry."""
    pin = job.resources.gpu_ids
    text = "" if pin is None else show(pin.value)
    if pin is None or (len(parse_ids(text)) <= MOST_ENTRIES and len(text) <= MOST_CHARACTERS):
        return []
    message = f"a list of GPUs of {len(parse_ids(text)):,} entries and {len(text):,} characters"
    advice = f"at most {MOST_ENTRIES} entries and {MOST_CHARACTERS:,} characters; RELION begins a list again at its end"
    return [Finding(code="RL033", message=f"{message} is too long", route=pin.route, help=advice)]


def _meaningless(pin: Pin[str], name: str, cluster: Cluster) -> Finding:
    return Finding(
        code="RL601" if name == "partition" else "RL602",
        severity=WARNING,
        message=f"{cluster.name} has no queue: `{name}` has no meaning there",
        route=pin.route,
        on_key=True,
    )


def _known(pin: Pin[str], names: Iterable[str], code: str, what: str, cluster: Cluster) -> list[Finding]:
    names = list(dict.fromkeys(names))
    if pin.value in names:
        return []
    from relionc.diag.near import nearest

    near = nearest(pin.value.lower(), names, 0.5)
    text = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{name}`' for name in names)}"
    fixes = (Fix(f"use {near}", pin.route, near),) if near else ()
    message = f"{cluster.name} has no {what} `{pin.value}`"
    return [Finding(code=code, message=message, route=pin.route, help=text, fixes=fixes)]


def _constraint(pin: Pin[str], cluster: Cluster) -> list[Finding]:
    try:
        wanted = parse_constraint(pin.value)
    except SlurmSyntaxError as error:
        return [Finding(code="RL602", message=str(error), route=pin.route, help=error.help)]
    nodes = cluster.node_types.values()
    if any(constraint_allows(wanted, node.features) for node in nodes):
        return []
    features = sorted({feature for node in nodes for feature in node.features})
    return [
        Finding(
            code="RL602",
            message=f"no node of {cluster.name} has the features `{pin.value}`",
            route=pin.route,
            help=f"the features are {', '.join(features)}",
        )
    ]


def _memory_flags(job: ResolvedJob, cluster: Cluster) -> list[Finding]:
    per_cpu, per_node = job.resources.mem_per_cpu, job.resources.mem
    if per_cpu is not None and per_node is not None:
        return [
            Finding(
                code="RL403",
                message="`mem` and `mem_per_cpu` exclude each other",
                route=per_node.route,
                on_key=True,
                help="keep one of them; Slurm multiplies `mem_per_cpu` by the CPUs of the node",
                why="sbatch stops with «--mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive»",
            )
        ]
    if per_node is not None and cluster.memory_flag == "per_cpu":
        return [_wrong_flag("mem", "mem_per_cpu", per_node, cluster)]
    if per_cpu is not None and cluster.memory_flag == "per_node":
        return [_wrong_flag("mem_per_cpu", "mem", per_cpu, cluster)]
    return []


def _wrong_flag(given: str, wanted: str, pin: Pin[int], cluster: Cluster) -> Finding:
    source = cluster.source_of("memory_flag")
    return Finding(
        code="RL404",
        message=f"{cluster.name} wants memory as `{wanted}`, not `{given}`",
        route=pin.route,
        on_key=True,
        help=f"write `{wanted}`, or leave it out: the plan takes what the job needs",
        why=f"rule of the site ({source.text})" if source else "",
    )


def _gpus(job: ResolvedJob, cluster: Cluster) -> list[Finding]:
    resources = job.resources
    asked = resources.gpu_type or resources.gpus_per_node or resources.gpus or resources.ranks_per_gpu
    types = [node.gpu_type for node in cluster.node_types.values() if node.gpus and node.gpu_type]
    if asked is not None and not job.needs.gpu_possible:
        message = f"{job.type.name} jobs do not use GPUs with these options"
        return [
            Finding(code="RL304", message=message, route=asked.route, help=f"leave `{asked.route[-1]}` out")
        ]
    if asked is not None and not job.needs.gpu:
        option = job.type.option_of_role("use_gpu")
        leave_out = f"leave `{asked.route[-1]}` out"
        text = f"set `{option.key}: yes`, or {leave_out}" if option else leave_out
        message = "GPUs are asked for, but these options leave them idle"
        return [Finding(code="RL305", message=message, route=asked.route, help=text)]
    if resources.gpu_type is not None and types:
        return _known(resources.gpu_type, types, "RL302", "GPU type", cluster)
    if job.needs.gpu and all(node.known and not node.gpus for node in cluster.node_types.values()):
        route = asked.route if asked is not None else job.route
        return [
            Finding(code="RL301", message=f"{cluster.name} has no GPUs", route=route, on_key=asked is None)
        ]
    return []


def afterwards(job: ResolvedJob, on_site: DemandOnSite, layout: Layout) -> list[Finding]:
    """Return what is to be said of a layout that was found."""
    return [
        *_assumed_memory(job, layout),
        *_uneven_gpus(on_site, layout),
        *_faults(job, on_site.cluster, layout.mode),
    ]


def _assumed_memory(job: ResolvedJob, layout: Layout) -> list[Finding]:
    """Return a warning where a layout has no room for memory that nobody can know before the job runs.

    A classification takes more the finer its classes get: the model assumes how far that goes (docs/memory.md).
    """
    lacks = [
        (layout.choice.memory_missing_gib(sure=False), "memory", "fewer ranks per node"),
        (layout.choice.vram_missing_gib(sure=False), "GPU memory", "fewer ranks per GPU"),
    ]
    return [
        Finding(
            code="RL406",
            severity=WARNING,
            message=f"{what} may run out by {gib(missing)} on the fullest node, if classes get as fine as assumed",
            route=job.route,
            on_key=True,
            help=f"{advice}; `relionc plan` shows the sum, an estimate for classes at twice the finest resolution",
        )
        for missing, what, advice in lacks
        if missing > 0
    ]


def _uneven_gpus(on_site: DemandOnSite, layout: Layout) -> list[Finding]:
    """Return a warning where a pinned number of ranks cannot share the GPUs of a node evenly."""
    use, routes = layout.choice.use, on_site.demand.pins.routes
    route = routes.get("ntasks_per_node", routes.get("ntasks"))
    if not use.uneven or route is None or parse_ids(on_site.demand.gpu_ids):
        return []
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


def _faults(job: ResolvedJob, cluster: Cluster, mode: str) -> list[Finding]:
    """Return a warning for each known fault of the site's Slurm that a layout of this mode can run into."""
    launcher = cluster.launchers.get(mode)
    known = faults(cluster.slurm, mode, launcher.mpi) if launcher else ()
    return [
        Finding(
            code="RL220",
            severity=WARNING,
            message=fault.what,
            route=job.route,
            on_key=True,
            help="another `layout`, or a `time` not far above what the job takes",
            why=f"{fault.why}, mended in {fault.fixed} ({fault.source}); {cluster.name} has {cluster.slurm}",
        )
        for fault in known
    ]
