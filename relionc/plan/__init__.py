"""Demand and site → Problem; Solution → JobPlan; Conflict → Findings."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from relionc.diag import ERROR
from relionc.plan.asked import Asked
from relionc.plan.check import wishes
from relionc.plan.demand import Demand, demand_of
from relionc.plan.explain import finding
from relionc.plan.layout import Layout, ranks
from relionc.plan.model import HETEROGENEOUS, JobPlan, Reason
from relionc.plan.problem import problem
from relionc.solve import Conflict, solve

if TYPE_CHECKING:
    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob


def plan_job(job: ResolvedJob, cluster: Cluster) -> tuple[JobPlan | None, list[Finding]]:
    """Return the best layout of `job` on `cluster`, or why there is none. Warnings may come with a plan."""
    found = wishes(job, cluster)
    if any(finding.severity == ERROR for finding in found):
        return None, found
    asked = Asked(demand_of(job, cluster), cluster)
    answer = solve(problem(asked))
    if isinstance(answer, Conflict):
        return None, [*found, finding(job, asked, answer)]
    return _job_plan(job, asked, answer.values["layout"]), found


def _job_plan(job: ResolvedJob, asked: Asked, layout: Layout) -> JobPlan:
    demand, node, partition = asked.demand, layout.place.node_type, layout.place.partition
    threads = int(demand.pin("threads") or layout.cpus_per_task)
    scratch_gib = _scratch_gib(job, asked, layout)
    per_cpu, per_node = _memory_flags(asked, layout)
    return JobPlan(
        job=job,
        mode=layout.mode,
        placement="predicted" if layout.mode == HETEROGENEOUS else "exact",
        partition=partition.name if partition else "",
        node_type=node.name,
        constraint=demand.pin("constraint") or "",
        nodes=layout.nodes,
        ntasks=layout.ntasks,
        slots=layout.slots,
        ntasks_per_node=layout.per_node or layout.fullest,
        cpus_per_task=layout.cpus_per_task,
        threads=threads,
        use_gpu=demand.gpu,
        gpu_type=node.gpu_type if demand.gpu else "",
        gpus_per_node=layout.gpus_per_node,
        gpu_ids=demand.gpu_ids,
        mem_per_cpu_mib=per_cpu,
        mem_per_node_mib=per_node,
        node_memory_mib=node.memory_mib,
        node_cpus=node.cpus,
        cpus_per_node=asked.counted_cpus(layout),
        scratch_gib=scratch_gib,
        scratch_dir=_scratch_dir(job, asked, scratch_gib),
        time_s=_time(asked, layout),
        exclusive=bool(demand.pin("exclusive")),
        ranks=ranks(layout, demand, threads),
        memory=demand.memory,
        memory_node_gib=layout.fullest * demand.rank_gib,
        scratch=demand.scratch,
        reasons=_reasons(demand, layout),
        not_checked=demand.not_checked,
    )


def _memory_flags(asked: Asked, layout: Layout) -> tuple[int | None, int | None]:
    """Return MiB per CPU and per node: one of them, neither without a scheduler."""
    if asked.cluster.scheduler != "slurm":
        return None, None
    by_node = asked.demand.pin("mem") is not None or asked.cluster.memory_flag == "per_node"
    if by_node and layout.mode != HETEROGENEOUS:
        return None, asked.allocated_mib(layout)
    return asked.memory_per_cpu(layout), None


def _scratch_gib(job: ResolvedJob, asked: Asked, layout: Layout) -> int:
    """GiB of scratch to ask for on each node: pinned, needed, or what the site makes every job take."""
    pinned = asked.demand.pin("scratch")
    scratch = asked.cluster.scratch
    if pinned is not None:
        return int(pinned)
    if scratch is None:
        return 0
    need = ceil(asked.demand.scratch_need_gib)
    if need == 0 and scratch.required:
        need = scratch.default_gib if job.needs.scratch and not job.needs.preread else scratch.minimum_gib
        need = min(need, layout.place.node_type.scratch_gib or need)
    return max(need, scratch.minimum_gib) if need else 0


def _scratch_dir(job: ResolvedJob, asked: Asked, scratch_gib: int) -> str:
    """Return the folder RELION copies particles to: pinned, or the site's when scratch is taken."""
    pinned = asked.demand.pin("scratch_dir")
    if pinned is not None:
        return str(pinned)
    if job.needs.preread or not job.needs.scratch or not scratch_gib or asked.cluster.scratch is None:
        return ""
    return asked.cluster.scratch.path


def _time(asked: Asked, layout: Layout) -> int | None:
    """Seconds to ask for: pinned, or the site's preference within the partition's limit."""
    if asked.cluster.scheduler != "slurm":
        return None
    pinned = asked.demand.pin("time")
    if pinned is not None:
        return int(pinned)
    partition = layout.place.partition
    limit = partition.max_time_s if partition else None
    return min(asked.cluster.policy.time_s, limit) if limit else asked.cluster.policy.time_s


def _reasons(demand: Demand, layout: Layout) -> tuple[Reason, ...]:
    chosen = {
        "layout": layout.mode,
        "partition": layout.place.partition.name if layout.place.partition else "",
        "nodes": layout.nodes,
        "ntasks": layout.ntasks,
        "ntasks_per_node": layout.per_node,
        "cpus_per_task": layout.cpus_per_task,
        "gpus_per_node": layout.gpus_per_node,
    }
    return tuple(
        Reason(name, str(value), "forced", "as Slurm fills empty nodes")
        if name == "nodes" and layout.mode == HETEROGENEOUS
        else _reason(demand, name, str(value))
        for name, value in chosen.items()
        if value
    )


def _reason(demand: Demand, name: str, value: str) -> Reason:
    pin = demand.pins.get(name)
    if pin is not None:
        return Reason(name, value, "pinned", ".".join(map(str, pin.route)), pin.route)
    return Reason(name, value, "best", _RULES[name])


_RULES = {
    "layout": "refine-type on GPUs: homogeneous+1; one rank per GPU: homogeneous; CPUs: heterogeneous",
    "partition": "the first of the profile in which the job fits",
    "nodes": "the fewest that hold what is asked",
    "ntasks": "follows from nodes and ranks per node, or the site's usual number",
    "ntasks_per_node": "one worker per GPU, and the leader's slot where there is one",
    "cpus_per_task": "the site's preference for this kind of job, as far as it fits",
    "gpus_per_node": "all GPUs of the node",
}

__all__ = ["plan_job"]
