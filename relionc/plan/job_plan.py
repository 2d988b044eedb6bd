"""A layout → JobPlan: everything that scripts and people are told about it."""

from __future__ import annotations

from math import ceil

from relionc.expr.refs import braced
from relionc.plan.layout import RankList
from relionc.plan.model import (
    Gpus,
    Group,
    HourlyCost,
    JobPlan,
    Memory,
    Placement,
    Scratch,
    Why,
)
from relionc.plan.pools import hardware
from relionc.slurm.constraint import (
    ALL,
    COUNTED,
    FEATURE,
    SAME,
    SPLIT,
    NodeConstraint,
    constraint_allows,
    format_constraint,
    parse_constraint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

    from relionc.expr import AnyText
    from relionc.plan.demand import Demand
    from relionc.plan.layout import Layout
    from relionc.plan.model import Reason
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pools import NodePool
    from relionc.site.types import Cluster, NodeType
    from relionc.spec.model import ResolvedJob


def job_plan(job: ResolvedJob, asked: DemandOnSite, layout: Layout, reasons: tuple[Reason, ...]) -> JobPlan:
    """Return the plan of a job that is laid out so."""
    demand, choice = asked.demand, layout.choice
    threads = demand.threads_of(layout.cpus_per_task)
    leader, workers = _leader(asked, layout), _workers(job, asked, layout)
    amounts = choice.amounts()
    return JobPlan(
        job=job,
        mode=layout.mode.name,
        placement=Placement(
            layout.shares, RankList(layout, demand, threads), exact=not layout.mode.leaves_nodes_to_slurm
        ),
        groups=(workers,) if leader is None else (leader, workers),
        cpus_per_task=layout.cpus_per_task,
        threads=threads,
        gpus=_gpus(job, asked, layout),
        memory=Memory(
            worker=amounts.worker,
            leader=amounts.leader,
            sure_gib=choice.need_gib(sure=True),
            assumed_gib=choice.need_gib(),
        ),
        scratch=Scratch(_scratch_dir(job, asked, workers.scratch_gib), demand.scratch),
        time_s=time_of(asked, layout),
        cost=HourlyCost(choice.idle_cpus, billing(asked, layout)),
        why=Why(reasons, demand.not_checked),
    )


def _workers(job: ResolvedJob, asked: DemandOnSite, layout: Layout) -> Group:
    """Return what Slurm allocates for all ranks, or for all but the leader of a hetjob."""
    demand, node, partition = asked.demand, layout.pool.node_type, layout.pool.partition
    per_cpu, per_node = memory_flags(asked, layout)
    inside = layout.max_ranks_per_node if not layout.mode.tasks_share_nodes else 1
    return Group(
        partition=partition.name if partition else "",
        node_type=node.name,
        constraint=_with_features(constraint(asked, layout), _features(job, asked, layout)),
        nodes=layout.worker_nodes if layout.per_node else None,
        tasks=layout.slots - (layout.leader_pool is not None),
        cpus_per_task=inside * layout.cpus_per_task,
        mem_per_cpu_mib=per_cpu,
        mem_per_node_mib=per_node,
        node_cpus=node.cpus,
        node_memory_mib=node.memory_mib,
        cpus_per_node=layout.choice.counted_cpus,
        gpu_type=node.gpu_type if demand.gpu and not node.gpu_feature else "",
        gpus_per_node=layout.gpus_per_node,
        scratch_gib=_scratch_gib(job, asked, layout),
        exclusive=bool(demand.pins.exclusive),
        node_scratch_gib=node.scratch_gib,
        shards=_shards(asked, layout),
    )


def _features(job: ResolvedJob, asked: DemandOnSite, layout: Layout) -> tuple[str, ...]:
    """Return the features that go with what a job takes: GPUs that have no type in their gres, and scratch space."""
    scratch, node = asked.cluster.scratch, layout.pool.node_type
    of_gpus = node.gpu_feature if asked.demand.gpu else ""
    of_scratch = scratch.feature if scratch and _scratch_gib(job, asked, layout) else ""
    return tuple(feature for feature in (of_gpus, of_scratch) if feature)


def _with_features(text: str, features: tuple[str, ...]) -> str:
    """Return a constraint that asks for these features, too, each once."""
    for feature in features:
        if feature not in text.split("&"):
            text = _narrowed(parse_constraint(text) if text else None, feature)
    return text


def _shards(asked: DemandOnSite, layout: Layout) -> int:
    """Return how many shards of a GPU a job takes: for the memory that its ranks need, or all; 0: there are none."""
    node, choice = layout.pool.node_type, layout.choice
    if not node.shards or not asked.demand.gpu:
        return 0
    need = choice.use.most * choice.amounts().vram_gib
    if not need or not node.vram_gib:
        return node.shards
    return min(node.shards, max(1, ceil(node.shards * need / node.vram_gib)))


def _gpus(job: ResolvedJob, asked: DemandOnSite, layout: Layout) -> Gpus:
    demand, choice = asked.demand, layout.choice
    return Gpus(
        used=demand.gpu,
        ids=_told(job, demand, layout) if demand.pins.gpu_ids is None else demand.pins.gpu_ids,
        vram=choice.amounts().vram,
        vram_gib=layout.pool.node_type.vram_gib if demand.gpu else 0.0,
        workers=choice.use.most,
    )


def _told(job: ResolvedJob, demand: Demand, layout: Layout) -> str:
    """Return the list of a lone process that shares nothing and has to be told its GPUs: all, or the first."""
    if not demand.gpu or not demand.serial or job.type.option_of_role("gpu_ids") is None:
        return ""
    count = layout.gpus_per_node or 1
    return ",".join(map(str, range(count))) if demand.all_gpus else "0" if demand.single_gpu else ""


def memory_flags(asked: DemandOnSite, layout: Layout) -> tuple[int | None, int | None]:
    """Return MiB per CPU and per node: one of them, neither without a scheduler."""
    if not asked.slurm:
        return None, None
    if asked.cluster.memory_flag == "none":
        return None, None
    by_node = asked.demand.pins.mem is not None or asked.cluster.memory_of_node
    if by_node and not layout.mode.leaves_nodes_to_slurm:
        return None, layout.choice.allocated_mib
    return layout.choice.mem_per_cpu, None


def constraint(asked: DemandOnSite, layout: Layout) -> str:
    """Return the features to ask for: the user's, and one that keeps all ranks on nodes of one kind.

    Without it, Slurm may mix the kinds of nodes of a partition: ranks on the slower ones then hold up all others, and
    nobody can say how many share a node. GPUs are asked for by type, which says the same. A job of one node may have
    any on which it would be laid out the same.
    """
    pool, pinned, typed = layout.pool, asked.demand.pins.constraint, layout.gpus_per_node > 0
    one_node = (not layout.mode.leaves_nodes_to_slurm or layout.ntasks == 1) and layout.worker_nodes == 1
    if not _LAST or _LAST[0][0] is not asked.cluster:
        _LAST[:] = [(asked.cluster, {})]
    known = _LAST[0][1]
    key = (
        pool.partition and pool.partition.name,
        pool.node_type.name,
        pinned,
        typed,
        one_node,
        layout.choice.takes_whole_nodes,
    )
    if key not in known:
        if len(known) == _MOST_KEPT:
            known.clear()
        known[key] = _constraint(asked, pool, typed=typed, one_node=one_node)
    return known[key]


_MOST_KEPT = 64
_LAST: list[tuple[Cluster, dict[Hashable, str]]] = []
"""The constraints of jobs on the cluster that was asked for last: a spec has one, of hundreds of kinds of nodes."""


def _constraint(asked: DemandOnSite, pool: NodePool, *, typed: bool, one_node: bool) -> str:
    pinned = asked.demand.pins.constraint
    wanted = None if pinned is None else parse_constraint(pinned)
    others = _others(asked, pool, wanted, typed=typed)
    if one_node and _as_good(asked, pool, others):
        return pinned or ""
    if wanted is not None:
        wanted = _own_part(wanted, pool.node_type)
        others = _others(asked, pool, wanted, typed=typed)
    return _narrowed(wanted, feature_of(asked, pool, others))


def _others(
    asked: DemandOnSite, place: NodePool, wanted: NodeConstraint | None, *, typed: bool
) -> list[NodeType]:
    """Return the other kinds of nodes of a partition that Slurm might take, too."""
    names = place.partition.node_types if place.partition else ()
    mine = hardware(place.node_type)
    others = [node for node in map(asked.cluster.node_types.__getitem__, names) if hardware(node) != mine]
    if wanted is not None:
        others = [node for node in others if constraint_allows(wanted, node.features)]
    if typed and place.node_type.gpu_type:
        return [node for node in others if node.gpu_type == place.node_type.gpu_type]
    return others


def _as_good(asked: DemandOnSite, pool: NodePool, others: list[NodeType]) -> bool:
    """Whether a job of one node books the same on any other kind that has room: cores alike, no GPUs left idle."""
    mine = pool.node_type
    alike = all((node.threads_per_core, node.gpus) == (mine.threads_per_core, mine.gpus) for node in others)
    return alike and not ((asked.exclusive or pool.gives_whole_nodes) and others)


def _own_part(wanted: NodeConstraint, node: NodeType) -> NodeConstraint:
    """Return what is left of a constraint for a kind of node: of `[a|b]` the part that it has, if that is one."""
    parts = [part for part in wanted.parts if constraint_allows(part, node.features)]
    return parts[0] if wanted.kind == SAME and len(parts) == 1 else wanted


def _narrowed(wanted: NodeConstraint | None, feature: str) -> str:
    """Return a constraint that asks for a feature, too; one that counts nodes is left as it is."""
    if wanted is None:
        return feature
    if not feature or wanted.kind in (SAME, SPLIT, COUNTED):
        return format_constraint(wanted)
    both = wanted.parts if wanted.kind == ALL else (wanted,)
    return format_constraint(NodeConstraint(ALL, parts=(NodeConstraint(FEATURE, feature), *both)))


def feature_of(asked: DemandOnSite, place: NodePool, others: list[NodeType]) -> str:
    """Return a feature that all nodes like those of a place have and none of `others` has; or nothing.

    Where no single one is such, all of them together may be.
    """
    if not others:
        return ""
    names = place.partition.node_types if place.partition else ()
    mine = hardware(place.node_type)
    alike = [node for node in map(asked.cluster.node_types.__getitem__, names) if hardware(node) == mine]
    shared = [name for name in place.node_type.features if all(name in node.features for node in alike)]
    single = next((name for name in shared if not any(name in node.features for node in others)), "")
    together = all(any(name not in node.features for name in shared) for node in others)
    return single or ("&".join(shared) if together else "")


def _scratch_gib(job: ResolvedJob, asked: DemandOnSite, layout: Layout) -> int:
    """GiB of scratch to ask for on each node: pinned, needed, or what the site makes every job take."""
    pinned = asked.demand.pins.scratch
    scratch = asked.cluster.scratch
    if pinned is not None:
        return pinned
    if scratch is None:
        return 0
    need = ceil(asked.demand.scratch_need_gib)
    if need == 0 and scratch.required:
        need = scratch.default_gib if job.needs.scratch and not job.needs.preread else scratch.minimum_gib
        need = min(need, layout.pool.node_type.scratch_gib or need)
    return max(need, scratch.minimum_gib) if need else 0


def _scratch_dir(job: ResolvedJob, asked: DemandOnSite, scratch_gib: int) -> AnyText:
    """Return the folder RELION copies particles to: pinned, or the site's when scratch is taken."""
    pinned = asked.demand.pins.scratch_dir
    if pinned is not None:
        return pinned
    if job.needs.preread or not job.needs.scratch or not scratch_gib or asked.cluster.scratch is None:
        return ""
    return braced(asked.cluster.scratch.path)


def time_of(asked: DemandOnSite, layout: Layout) -> int | None:
    """Seconds to ask for: pinned, or the site's preference within the partitions' limits."""
    if not asked.slurm:
        return None
    pinned = asked.demand.pins.time
    if pinned is not None:
        return pinned
    places = [place for place in (layout.pool, layout.leader_pool) if place and place.partition]
    limits = [place.partition.max_time_s for place in places if place.partition]
    return min([asked.cluster.policy.time_s, *(limit for limit in limits if limit)])


def _leader(asked: DemandOnSite, layout: Layout) -> Group | None:
    """Return where the leader of a hetjob runs, on whole cores and with the memory it needs there.

    Its kind of node is asked for: Slurm chooses nodes for one group after the other, and a leader on a node that the
    workers cannot do without would keep the job waiting forever (22.05.8, observed).
    """
    place = layout.leader_pool
    if place is None:
        return None
    node, scratch = place.node_type, asked.cluster.scratch
    cpus, mib = asked.leader_takes(place)
    by_node = memory_flags(asked, layout)[1] is not None  # both groups alike, or srun refuses the job
    return Group(
        partition=place.partition.name if place.partition else "",
        node_type=node.name,
        constraint=feature_of(asked, place, _others(asked, place, None, typed=False)),
        nodes=1,
        tasks=1,
        cpus_per_task=cpus,
        mem_per_cpu_mib=None if by_node else ceil(mib / cpus),
        mem_per_node_mib=mib if by_node else None,
        node_cpus=node.cpus,
        node_memory_mib=node.memory_mib,
        cpus_per_node=cpus,
        scratch_gib=scratch.minimum_gib if scratch and scratch.required else 0,
    )


def allocated_cpus(asked: DemandOnSite, layout: Layout) -> int:
    """Return the CPUs that Slurm allocates in all: those that are paid for."""
    place = layout.pool
    if layout.mode.leaves_nodes_to_slurm and not layout.choice.takes_whole_nodes:
        core = place.node_type.threads_per_core
        return sum(-(-share * layout.cpus_per_task // core) * core for share in layout.shares)
    leader = asked.leader_takes(layout.leader_pool)[0] if layout.leader_pool else 0
    return layout.worker_nodes * layout.choice.counted_cpus + leader


def billing(asked: DemandOnSite, layout: Layout) -> float | None:
    """Return what Slurm bills for an hour, by the partition's TRESBillingWeights (CPUs, GiB, GPUs); None: not known."""
    partition = layout.pool.partition
    if partition is None or not partition.billing:
        return None
    weights = dict(partition.billing)
    gib = layout.worker_nodes * layout.choice.allocated_mib / 1024
    gpus = layout.worker_nodes * layout.gpus_per_node
    amounts = {"cpu": allocated_cpus(asked, layout), "memory": gib, "gpu": gpus}
    return round(sum(weights.get(name, 0.0) * amount for name, amount in amounts.items()), 2)
