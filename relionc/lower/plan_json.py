"""JobPlan → the object of plan.json (schemas/plan.v1.schema.json)."""

from __future__ import annotations

from types import MappingProxyType

from relionc.expr.refs import show
from relionc.lower.shell_words import anywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.plan.model import Group, JobPlan, Rank, Term

PLAN_VERSION = 1


def plan_object(
    plans: Sequence[JobPlan],
    *,
    spec: str,
    cluster: str,
    relion: str,
    arrays: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> dict[str, object]:
    """Return every job's plan; an absolute `spec` loses its folders.

    Memory is in MiB or GiB as the names say, scratch in GiB, time in seconds; what does not apply is null. `arrays` has
    the array of which a job is a task, by job.
    """
    return {
        "plan_version": PLAN_VERSION,
        "spec": anywhere(spec),
        "cluster": cluster,
        "relion": relion,
        "jobs": {
            plan.job.name: job_object(plan)
            | ({"array": arrays[plan.job.name]} if plan.job.name in arrays else {})
            for plan in plans
        },
    }


def job_object(plan: JobPlan) -> dict[str, object]:
    """Return one job's plan."""
    group, memory, gpus = plan.workers, plan.memory, plan.gpus
    return {
        "type": plan.job.type.name,
        "output": plan.job.output,
        **({"project": show(plan.job.project)} if plan.job.project else {}),
        "after": list(plan.job.after),
        "interactive": plan.job.interactive,
        "mode": plan.mode,
        "placement": "exact" if plan.placement.exact else "predicted",
        "partition": group.partition or None,
        "constraint": group.constraint or None,
        "node_type": group.node_type or None,
        "nodes": plan.nodes,
        "ntasks": plan.ntasks,
        "slots": sum(each.tasks for each in plan.groups),
        "ntasks_per_node": group.tasks_per_node or max(plan.placement.shares),
        "cpus_per_task": plan.cpus_per_task,
        "cpus_per_slot": group.cpus_per_task,
        "cpus_per_node": group.cpus_per_node,
        "threads": plan.threads,
        "use_gpu": gpus.used,
        "gpu_type": group.gpu_type or None,
        "gpus_per_node": group.gpus_per_node,
        "gpu_ids": show(gpus.ids),
        **_asked_memory(group),
        "scratch_gib": group.scratch_gib,
        "scratch_dir": show(plan.scratch.folder) or None,
        "time_s": plan.time_s,
        "exclusive": group.exclusive,
        "leader_group": _leader(plan.leader),
        "node": {"cpus": group.node_cpus, "memory_mib": group.node_memory_mib},
        "memory_per_rank": [_term(term) for term in memory.worker],
        "memory_leader": [_term(term) for term in memory.leader],
        "memory_fullest_node_gib": _rounded(memory.sure_gib) if memory.worker else None,
        "memory_fullest_node_assumed_gib": _rounded(memory.assumed_gib) if memory.worker else None,
        "vram_per_worker": [_term(term) for term in gpus.vram],
        "vram_per_gpu_gib": _rounded(gpus.vram_gib) if gpus.vram_gib else None,
        "workers_per_gpu": gpus.workers,
        "idle_cpus": plan.cost.idle_cpus,
        "billing_per_hour": plan.cost.billing,
        "scratch_per_node": [_term(term) for term in plan.scratch.terms],
        "ranks": [_rank(rank) for rank in plan.ranks],
        **_reasons(plan),
        "not_checked": list(plan.why.not_checked),
    }


def _leader(group: Group | None) -> dict[str, object] | None:
    if group is None:
        return None
    return {
        "partition": group.partition or None,
        "constraint": group.constraint or None,
        "node_type": group.node_type or None,
        "cpus": group.cpus_per_task,
        **_asked_memory(group),
        "scratch_gib": group.scratch_gib,
        "node": {"cpus": group.node_cpus, "memory_mib": group.node_memory_mib},
    }


def _reasons(plan: JobPlan) -> dict[str, object]:
    """Return why each value is what it is, where that was asked for: `relionc plan` does, a build does not."""
    reasons = [
        {
            "name": each.name,
            "value": show(each.value),
            "how": each.how,
            "because": show(each.because),
        }
        for each in plan.why.reasons
    ]
    return {"reasons": reasons} if reasons else {}


def _asked_memory(group: Group) -> dict[str, object]:
    """Return the one memory value that is asked of Slurm; nothing where there is no scheduler."""
    if group.mem_per_cpu_mib is not None:
        return {"mem_per_cpu_mib": group.mem_per_cpu_mib}
    if group.mem_per_node_mib is not None:
        return {"mem_per_node_mib": group.mem_per_node_mib}
    return {}


def _rank(rank: Rank) -> dict[str, object]:
    return {
        "rank": rank.rank,
        "role": rank.role,
        "node": rank.node,
        "cpus": rank.cpus,
        "gpus": list(rank.gpus),
    }


def _term(term: Term) -> dict[str, object]:
    shown: dict[str, object] = {"label": term.label, "gib": _rounded(term.gib), "formula": term.formula}
    return {**shown, "assumed": True} if term.assumed else shown


def _rounded(gib: float) -> float:
    """Keep a sum's last digits, which depend on the order of its terms, out of the file."""
    return round(float(gib), 3)
