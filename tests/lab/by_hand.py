"""Build directories of plans that no solver made: a job of a spec, laid out by the test itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc import emit, site
from relionc.expr.refs import braced
from relionc.lower import commands, decided, guard, jobfile, plan_json, script
from relionc.pipeline import Disk, Request, compile_spec
from relionc.plan.model import (
    LEADER,
    PEER,
    WORKER,
    Gpus,
    Group,
    HourlyCost,
    JobPlan,
    Memory,
    Placement,
    Rank,
    Scratch,
    Why,
)
from relionc.rules import start
from relionc.store import build_dir

from .building import Built, with_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from relionc.site.types import Cluster, NodeType
    from relionc.spec.model import ResolvedJob

    from .client import Lab

LAB = site.builtin("lab")
# In Slurm 22.05 srun with PMIx may hang when two groups of nodes end (RL220), and Debian's 26.05 has no PMIx. A program
# without MPI needs none.
WITHOUT_MPI = LAB._replace(
    launchers={
        name: each._replace(argv=tuple(word.replace(each.mpi, "none") for word in each.argv), mpi="none")
        if each.mpi
        else each
        for name, each in LAB.launchers.items()
    }
)
ORIGIN = script.Origin("by-hand.yaml", "0")
CPU_NODE = "x2680"


def job_of(spec: Path) -> ResolvedJob:
    """Return the only job of a spec; the layout that the solver finds for it is not used."""
    result = compile_spec(Request(str(spec), spec.read_bytes()), Disk(_nothing, lambda *_: None))
    assert result.ok, result.diagnostics
    (plan,) = result.plans
    return plan.job


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def of_generation(cluster: Cluster, lab: Lab) -> Cluster:
    """Return a cluster that has the Slurm of a lab."""
    return cluster._replace(slurm=lab.generation.slurm)


def build(plans: Sequence[JobPlan], project: Path, cluster: Cluster = LAB) -> Built:
    """Write the build directory of these plans, as `relionc build` would."""
    assert [found for plan in plans for found in start.check(plan, cluster)] == []
    made, files, resumed = {}, {}, {}
    for plan in plans:
        job = plan.job
        texts = decided.options(plan, queued=True)
        made[job.name] = commands.relion_commands(
            job.type, texts, output=job.output, is_continue=job.is_continue
        )
        files[job.name] = jobfile.job_file(job.type, texts, is_continue=job.is_continue)
        assert made[job.name].refusals == ()
        going_on = guard.continued(plan, texts)
        assert going_on is not None
        resumed[job.name] = commands.relion_commands(job.type, going_on, output=job.output, is_continue=True)
    bundle = script.bundle(plans, made, files, cluster, origin=ORIGIN, resumed=resumed)
    written = plan_json.plan_object(plans, spec=ORIGIN.spec, cluster=cluster.name, relion="3.1")
    folder = project / "build"
    build_dir.write(str(folder), emit.files(bundle._replace(plan=written)), inputs={}, version="0")
    return with_inputs(Built(folder, project))


def hetjob(job: ResolvedJob, node: NodeType, *, workers: int, each: int, cpus: int, alone: int) -> JobPlan:
    """Return a plan with the leader on a CPU node, with `alone` CPUs, and `each` ranks on `workers` nodes."""
    ranks = [Rank(0, LEADER, 0, alone, ())]
    ranks += _dealt(WORKER, 1, workers, each, cpus, first_node=1)
    there = LAB.node_types[CPU_NODE]
    leader = Group(
        partition="multinode",
        node_type=there.name,
        constraint=there.name,
        nodes=1,
        tasks=1,
        cpus_per_task=alone,
        mem_per_cpu_mib=8192,
        mem_per_node_mib=None,
        node_cpus=there.cpus,
        node_memory_mib=there.memory_mib,
        cpus_per_node=alone,
    )
    group = _group(node, ranks, nodes=workers, tasks=workers * each, cpus=cpus, on_node=each * cpus)
    return _plan(job, "hetjob", (1, *[each] * workers), ranks, (leader, group), cpus)


def one_task_per_node(
    job: ResolvedJob, node: NodeType, *, nodes: int, each: int, cpus: int, leader: bool
) -> JobPlan:
    """Return a plan with one task of all CPUs on each node: `each` ranks in it, and the leader in the first."""
    ranks = [Rank(0, LEADER, 0, cpus, ())] if leader else []
    ranks += _dealt(WORKER if leader else PEER, len(ranks), nodes, each, cpus, first_node=0)
    slot = (each + leader) * cpus
    group = _group(node, ranks, nodes=nodes, tasks=nodes, cpus=slot, on_node=slot)
    shares = (each + leader, *[each] * (nodes - 1))
    return _plan(job, "one-task-per-node", shares, ranks, (group,), cpus)


def _dealt(role: str, first: int, nodes: int, each: int, cpus: int, *, first_node: int) -> list[Rank]:
    """Return equally many ranks on each node, each with a GPU of its own there."""
    return [Rank(first + i, role, first_node + i // each, cpus, (i % each,)) for i in range(nodes * each)]


def _group(
    node: NodeType, ranks: Sequence[Rank], *, nodes: int, tasks: int, cpus: int, on_node: int
) -> Group:
    return Group(
        partition="gpu",
        node_type=node.name,
        constraint=node.features[3] if node.gpus else "",
        nodes=nodes,
        tasks=tasks,
        cpus_per_task=cpus,
        mem_per_cpu_mib=2048,
        mem_per_node_mib=None,
        node_cpus=node.cpus,
        node_memory_mib=node.memory_mib,
        cpus_per_node=on_node,
        gpu_type=node.gpu_type,
        gpus_per_node=sum(rank.node == ranks[-1].node for rank in ranks if rank.role != LEADER),
        scratch_gib=20,
    )


def _plan(
    job: ResolvedJob,
    mode: str,
    shares: tuple[int, ...],
    ranks: Sequence[Rank],
    groups: tuple[Group, ...],
    cpus: int,
) -> JobPlan:
    return JobPlan(
        job=job,
        mode=mode,
        placement=Placement(shares, tuple(ranks)),
        groups=groups,
        cpus_per_task=cpus,
        threads=1,
        gpus=Gpus(used=True),
        memory=Memory(),
        scratch=Scratch(braced(LAB.scratch.path) if LAB.scratch else ""),
        time_s=600,
        cost=HourlyCost(),
        why=Why(),
    )
