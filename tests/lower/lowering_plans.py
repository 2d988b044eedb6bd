"""Hand-made plans and clusters, so that lowering is tested without a spec or a solver."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relionc.catalog.types import JobType, Traits
from relionc.expr.refs import braced
from relionc.ir import CommandLine, JobFile
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
from relionc.site.types import Cluster, Launcher, Policy
from relionc.site.types import ScratchDisk as Disk
from relionc.spec.model import Data, Needs, ResolvedJob, Resources

if TYPE_CHECKING:
    from relionc.diag import Finding


def refused(plans: list[JobPlan], cluster: Cluster) -> list[Finding]:
    """Return what keeps plans from becoming scripts."""
    return [finding for plan in plans for finding in start.check(plan, cluster)]


TRAITS = Traits(
    mpi=True,
    leader=True,
    gpu=True,
    gpu_possible=True,
    one_rank_per_gpu=False,
    preread=False,
    scratch=True,
    threads=True,
)
TYPE = JobType(
    name="class3d",
    version="2.1",
    title="3D classification",
    job_dir="Class3D",
    type_id="9",
    job_file="run.job",
    is_tomo=None,
    options={},
    outputs=(),
    traits=TRAITS,
    program={"control": "", "resume": {"root": "--o", "from": "run_it000_optimiser.star"}},
    source="",
)
NEEDS = Needs(
    mpi=True,
    leader=True,
    gpu=True,
    gpu_possible=True,
    one_rank_per_gpu=False,
    preread=False,
    scratch=True,
    threads=True,
    memory=(),
    items="particles",
    rank_rules=(),
)
SLURM = Cluster(
    name="site",
    title="A site",
    scheduler="slurm",
    node_types={},
    partitions={},
    launchers={
        "batch": Launcher(
            name="batch",
            argv=("srun", "--mpi=pmi2", "-n", "{ntasks}", "-c", "{cpus_per_task}"),
            arbitrary=("--distribution=arbitrary",),
            hostfile_variable="SLURM_HOSTFILE",
            unset=("SLURM_NTASKS_PER_NODE",),
            exports=(("PMI_DEBUG", "0"),),
        ),
        "interactive": Launcher(name="interactive", argv=("mpirun", "-n", "${SLURM_NTASKS}")),
        "hetjob": Launcher(
            name="hetjob",
            argv=("srun", "--mpi=pmix", "--het-group=0", "-n", "1", "-c", "{leader_cpus}"),
            workers=(":", "--het-group=1", "-n", "{workers}", "-c", "{cpus_per_task}"),
            variables=(("SLURM_JOB_ID", "SLURM_JOB_ID_HET_GROUP_1"),),
        ),
        "one_task_per_node": Launcher(
            name="inside",
            argv=("mpirun", "-n", "{ntasks}", "--hostfile", "{hostfile}"),
            exports=(("SLURM_TASKS_PER_NODE", "{tasks_per_node}"),),
        ),
    },
    scratch=Disk(path="/lscratch/${SLURM_JOB_ID}", gres="lscratch"),
    policy=Policy(),
    modules={"2.1": ("module load RELION/2.1",), "*": ("module load RELION",)},
    environment=(("TMPDIR", "/lscratch/${SLURM_JOB_ID}"),),
    allocation=("sinteractive",),
    sources={},
)
WORKSTATION = SLURM._replace(
    scheduler="none",
    launchers={"batch": Launcher(name="batch", argv=("mpirun", "-n", "{ntasks}"))},
    scratch=None,
    modules={},
    environment=(),
    allocation=(),
)


@dataclass(frozen=True)
class Commands:
    """What the job's commands are, as the lowering of options makes them."""

    commands: tuple[CommandLine, ...] = (
        CommandLine((("refine_mpi",), ("--o",), ("Class3D/class3d/run",))),
        CommandLine((("touch",), ("Class3D/class3d/done",))),
    )
    parallel: tuple[bool, ...] = (True, False)
    input_nodes: tuple[tuple[str, str], ...] = (("Particles/shiny.star", "3"), ("", "6"), ("None", "6"))
    output_nodes: tuple[tuple[str, str], ...] = (("Class3D/class3d/run_it025_data.star", "3"),)


JOB_FILE = JobFile("run.job", "9", False, None, ())


def job(name="class3d", **changes):
    values = {
        "name": name,
        "route": ("jobs", name),
        "type": TYPE,
        "options": {},
        "given": {},
        "output": f"Class3D/{name}/",
        "is_continue": False,
        "resources": Resources(),
        "layout": None,
        "data": Data(),
        "needs": NEEDS,
    }
    return ResolvedJob(**(values | changes))


def plan_of(
    *,
    job,
    mode,
    nodes,
    slots,
    ranks,
    cpus_per_task,
    leader=None,
    memory=(),
    memory_node_gib=0.0,
    scratch=(),
    scratch_dir="",
    reasons=(),
    not_checked=(),
    time_s=None,
    **group,
):
    """A plan whose facts are named one by one: those of a group are the workers'."""
    chosen = mode != "heterogeneous"
    workers = Group(
        nodes=nodes - (leader is not None) if chosen else None,
        tasks=slots - (leader is not None),
        **(
            {"cpus_per_task": cpus_per_task}
            | {name.removeprefix("slot_"): value for name, value in group.items()}
        ),
    )
    counts = Counter(rank.node for rank in ranks)
    return JobPlan(
        job=job,
        mode=mode,
        placement=Placement(tuple(counts[node] for node in range(nodes)), ranks, exact=chosen),
        groups=(workers,) if leader is None else (leader, workers),
        cpus_per_task=cpus_per_task,
        threads=1,
        gpus=Gpus(used=True),
        memory=Memory(worker=memory, sure_gib=memory_node_gib),
        scratch=Scratch(scratch_dir, scratch),
        time_s=time_s,
        cost=HourlyCost(),
        why=Why(reasons, not_checked),
    )


def plus_1(nodes=4, workers=4, **changes):
    """A homogeneous+1 plan with a memory flag per CPU, as the Biowulf example of 17 ranks."""
    ntasks = nodes * workers + 1
    ranks = [Rank(0, LEADER, 0, 4, ())]
    ranks += [Rank(1 + i, WORKER, i // workers, 4, (i % workers,)) for i in range(ntasks - 1)]
    values = {
        "job": job(),
        "mode": "homogeneous+1",
        "partition": "gpu",
        "node_type": "p100",
        "constraint": "",
        "nodes": nodes,
        "slots": nodes * (workers + 1),
        "cpus_per_task": 4,
        "gpu_type": "p100",
        "gpus_per_node": 4,
        "mem_per_cpu_mib": 6144,
        "mem_per_node_mib": None,
        "node_memory_mib": 122880,
        "node_cpus": 56,
        "cpus_per_node": 20,
        "scratch_gib": 200,
        "scratch_dir": braced("/lscratch/${SLURM_JOB_ID}"),
        "time_s": 86400,
        "exclusive": False,
        "ranks": tuple(ranks),
    }
    return plan_of(**(values | changes))


def heterogeneous(ntasks=513, **changes):
    """A CPU job wherever Slurm finds room."""
    values = {
        "mode": "heterogeneous",
        "partition": "multinode",
        "constraint": "x2695",
        "nodes": 86,
        "slots": ntasks,
        "gpu_type": "",
        "gpus_per_node": 0,
        "mem_per_cpu_mib": 10240,
        "ranks": tuple(Rank(i, PEER, i % 86, 4, ()) for i in range(ntasks)),
    }
    return plus_1(**(values | changes))


def homogeneous(nodes=8, each=4, **changes):
    """One rank per GPU on whole nodes, with memory per node."""
    values = {
        "mode": "homogeneous",
        "nodes": nodes,
        "slots": nodes * each,
        "cpus_per_task": 2,
        "gpu_type": "k80",
        "mem_per_cpu_mib": None,
        "mem_per_node_mib": 245760,
        "ranks": tuple(Rank(i, PEER, i // each, 2, (i % each,)) for i in range(nodes * each)),
    }
    return plus_1(**(values | changes))


def hetjob(nodes=3, workers=4, **changes):
    """A leader with much memory on a CPU node, and `workers` on each of the other nodes."""
    ranks = [Rank(0, LEADER, 0, 8, ())]
    ranks += [Rank(1 + i, WORKER, 1 + i // workers, 4, (i % workers,)) for i in range((nodes - 1) * workers)]
    values = {
        "mode": "hetjob",
        "nodes": nodes,
        "slots": len(ranks),
        "cpus_per_node": 4 * workers,
        "ranks": tuple(ranks),
        "leader": Group(
            partition="multinode",
            node_type="x2680",
            constraint="x2680",
            nodes=1,
            tasks=1,
            cpus_per_task=8,
            cpus_per_node=8,
            mem_per_cpu_mib=20480,
            mem_per_node_mib=None,
            scratch_gib=5,
            node_memory_mib=245760,
            node_cpus=56,
        ),
    }
    return plus_1(**(values | changes))


def one_task_per_node(nodes=4, workers=4, *, leader=True, **changes):
    """One task of all CPUs on each node, and ranks inside: as in homogeneous+1, or equally many without a leader."""
    ranks = [Rank(0, LEADER, 0, 4, ())] if leader else []
    role, first = (WORKER, 1) if leader else (PEER, 0)
    ranks += [Rank(first + i, role, i // workers, 4, (i % workers,)) for i in range(nodes * workers)]
    most = 4 * (workers + first)
    values = {
        "mode": "one-task-per-node",
        "slots": nodes,
        "slot_cpus_per_task": most,
        "cpus_per_node": most,
        "ranks": tuple(ranks),
    }
    return plus_1(**({"nodes": nodes} | values | changes))
