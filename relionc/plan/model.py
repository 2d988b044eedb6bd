"""What the plan stage decides for one job. Memory in MiB or GiB as named, time in seconds."""

from __future__ import annotations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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


class Placement(NamedTuple):
    """Where the ranks are: how many on each node, in the order of the allocation, and each rank.

    Not `exact`: Slurm chooses the nodes, and this is what it does when those of the group's kind are empty.
    """

    shares: tuple[int, ...]
    ranks: Sequence[Rank]
    exact: bool = True

    @property
    def nodes(self) -> int:
        """Nodes of the allocation."""
        return len(self.shares)

    @property
    def ntasks(self) -> int:
        """Ranks launched."""
        return sum(self.shares)

    @property
    def has_leader(self) -> bool:
        """Whether rank 0 leads the others."""
        return self.ranks[0].role == LEADER


class Group(NamedTuple):
    """What Slurm allocates on nodes that are alike: `tasks` with CPUs each, which need not be the ranks.

    `nodes` None: Slurm chooses how many. Exactly one of the two memory values is set, none where there is no
    scheduler; all groups of a job have the same one, or srun refuses it (Slurm 22.05, tried). `cpus_per_node` are
    allocated on the fullest node, in whole cores; `node_cpus` and the like are what a node has.
    """

    partition: str
    node_type: str
    constraint: str
    nodes: int | None
    tasks: int
    cpus_per_task: int
    mem_per_cpu_mib: int | None
    mem_per_node_mib: int | None
    node_cpus: int
    node_memory_mib: int
    cpus_per_node: int
    gpu_type: str = ""
    gpus_per_node: int = 0
    scratch_gib: int = 0
    exclusive: bool = False
    shards: int = 0  # of a GPU, by which it is asked for; 0: by the GPU
    node_scratch_gib: int = 0

    @property
    def tasks_per_node(self) -> int | None:
        """Tasks on each node; None: Slurm deals them."""
        return None if self.nodes is None else self.tasks // self.nodes

    @property
    def memory_mib(self) -> int | None:
        """What is asked for on the fullest node; None where nothing is."""
        if self.mem_per_cpu_mib is None:
            return self.mem_per_node_mib
        return self.mem_per_cpu_mib * self.cpus_per_node


class Memory(NamedTuple):
    """What ranks take, and all on the fullest node with workers by the models: with what is assumed, and without."""

    worker: tuple[Term, ...] = ()
    leader: tuple[Term, ...] = ()
    sure_gib: float = 0.0
    assumed_gib: float = 0.0


class Gpus(NamedTuple):
    """How workers use GPUs: `ids` is RELION's own list, `workers` share the busiest GPU.

    `vram` is what each takes, `vram_gib` what a GPU has (0: not known).
    """

    used: bool
    ids: AnyText = ""
    vram: tuple[Term, ...] = ()
    vram_gib: float = 0.0
    workers: int = 0


class Scratch(NamedTuple):
    """What is copied to each node, and where to; a folder without terms is the user's."""

    folder: AnyText = ""
    terms: tuple[Term, ...] = ()


class HourlyCost(NamedTuple):
    """CPUs that are allocated and compute nothing, and what an hour bills by the partition's weights.

    `billing` None: nobody knows.
    """

    idle_cpus: int = 0
    billing: float | None = None


class Why(NamedTuple):
    """Why each value is what it is, where that was asked for, and what nobody could check."""

    reasons: tuple[Reason, ...] = ()
    not_checked: tuple[str, ...] = ()


class JobPlan(NamedTuple):
    """The layout of one job: where its ranks are, and what is asked of Slurm for them.

    There is one group of nodes; a hetjob has two, and the leader alone on the one node of the first. `cpus_per_task`
    are those of a rank, without the leader of a hetjob, whose CPUs are its group's.
    """

    job: ResolvedJob
    mode: str
    placement: Placement
    groups: tuple[Group, ...]
    cpus_per_task: int
    threads: int
    gpus: Gpus
    memory: Memory
    scratch: Scratch
    time_s: int | None
    cost: HourlyCost
    why: Why

    @property
    def nodes(self) -> int:
        """Nodes of the allocation, of all groups."""
        return self.placement.nodes

    @property
    def ntasks(self) -> int:
        """Ranks launched."""
        return self.placement.ntasks

    @property
    def ranks(self) -> Sequence[Rank]:
        """Every rank."""
        return self.placement.ranks

    @property
    def workers(self) -> Group:
        """The group of nodes with workers: the only one of most jobs."""
        return self.groups[-1]

    @property
    def leader(self) -> Group | None:
        """The group of the leader alone, where it has one."""
        return self.groups[0] if len(self.groups) > 1 else None
