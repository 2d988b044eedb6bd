"""What the plan stage decides for one job. Memory in MiB or GiB as named, time in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relionc.diag import Route
    from relionc.expr import AnyText
    from relionc.spec.model import ResolvedJob

LEADER, WORKER, PEER = "leader", "worker", "peer"
HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1 = "heterogeneous", "homogeneous", "homogeneous+1"
HETJOB, ONE_TASK_PER_NODE = "hetjob", "one-task-per-node"


class Rank(NamedTuple):
    """One MPI rank: its node counts from 0 in the order of the allocation, `gpus` are device numbers there."""

    rank: int
    role: str
    node: int
    cpus: int
    gpus: tuple[int, ...]


class Term(NamedTuple):
    """One term of a sum, in GiB, with the formula that made it.

    `assumed`: it depends on something that nobody knows before the job runs, as the resolution that a
    classification reaches; a plan makes room for it where it can, and is not refused for it.
    """

    label: str
    gib: float
    formula: str = ""
    assumed: bool = False


class Reason(NamedTuple):
    """Why a value was chosen: `how` is `pinned` (then `route` says where), `forced` or `best`."""

    name: str
    value: str
    how: str
    because: str
    route: Route = ()


class LeaderGroup(NamedTuple):
    """The first group of a hetjob: the leader alone on one node. CPUs are Slurm's, memory in MiB, scratch in GiB.

    `cpus` are those of its one task. Exactly one of the two memory values is set, and it is the same one as in the
    plan: srun refuses a job whose groups ask for memory in two ways (Slurm 22.05, tried).
    """

    partition: str
    node_type: str
    constraint: str
    cpus: int
    mem_per_cpu_mib: int | None
    mem_per_node_mib: int | None
    scratch_gib: int
    node_memory_mib: int
    node_cpus: int


class JobPlan(NamedTuple):
    """The layout of one job.

    `ntasks` is the number of ranks launched; `slots` the tasks that Slurm allocates (homogeneous+1 allocates
    one slot per node more than it uses, except on the first). Exactly one of the two memory values is set,
    none where there is no scheduler. `nodes` of a heterogeneous plan, and its ranks' nodes, are what Slurm does
    on empty nodes of `node_type`; `placement` says so (`exact` or `predicted`).

    one-task-per-node: one slot on each node, of `cpus_per_slot` CPUs; the ranks, of `cpus_per_task` each, are spread
    inside as in homogeneous+1 (homogeneous, without a leader). hetjob: node 0 and rank 0 are the `leader_group`'s;
    `nodes`, `ntasks`, `slots` and `ranks` count them, every other field is about the workers and their nodes.
    """

    job: ResolvedJob
    mode: str
    placement: str
    partition: str
    node_type: str
    constraint: str
    nodes: int
    ntasks: int
    slots: int
    ntasks_per_node: int
    cpus_per_task: int
    threads: int
    use_gpu: bool
    gpu_type: str
    gpus_per_node: int
    gpu_ids: AnyText
    mem_per_cpu_mib: int | None
    mem_per_node_mib: int | None
    node_memory_mib: int
    node_cpus: int
    cpus_per_node: int  # allocated on the fullest node, in whole cores
    scratch_gib: int
    scratch_dir: AnyText
    time_s: int | None
    exclusive: bool
    ranks: tuple[Rank, ...]
    memory: tuple[Term, ...] = ()  # per worker rank
    memory_node_gib: float = 0.0  # the fullest node, by the models, without what is assumed
    scratch: tuple[Term, ...] = ()  # per node
    reasons: tuple[Reason, ...] = ()
    not_checked: tuple[str, ...] = ()
    cpus_per_slot: int = 0  # CPUs of each task that Slurm allocates; 0: as cpus_per_task
    leader_group: LeaderGroup | None = None
    memory_leader: tuple[Term, ...] = ()  # of the leader
    memory_node_assumed_gib: float = 0.0  # the fullest node, with what is assumed
    vram: tuple[Term, ...] = ()  # per worker on a GPU
    vram_per_gpu_gib: float = 0.0  # what a GPU has; 0: not known
    workers_per_gpu: int = 0  # on the busiest one
    idle_cpus: int = 0
    billing: float | None = None  # per hour, by the weights of the partition
