"""What a cluster profile says. Memory is in MiB, scratch in GiB, time in seconds."""

from __future__ import annotations

from types import MappingProxyType

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"
"""What the file of a profile holds: nothing knows its shape before a schema has looked."""

PROGRAM_VARIABLE = "RELION_{}_EXECUTABLE"
"""How RELION calls the variable of a program that it starts, by the program's name in capitals (all versions)."""
USUAL_MODES = ("heterogeneous", "homogeneous", "homogeneous+1")
"""What any Slurm can run; the others depend on the site's Slurm and MPI, so a profile has to say that they work."""
ByVersion: TypeAlias = "tuple[tuple[str, tuple[str, ...]], ...]"
"""Lines or words by version of RELION; `*` is for all others."""
MEMORY_FLAGS = ("per_cpu", "per_node", "per_gpu", "all", "none", "either")
"""How a site takes memory: --mem-per-cpu, --mem, --mem-per-gpu, --mem=0, not at all, or as the plan likes."""
GPU_FLAGS = ("gres", "gpus_per_node", "none")
"""How GPUs are asked for: --gres, --gpus-per-node, or not at all, where nodes come with theirs."""
REQUIRED = ("account", "qos")
"""What a site may want to be told with every job."""
BILLED = ("cpu", "memory", "gpu")
"""What a partition may bill: a CPU, a GiB, a GPU."""


class Source(NamedTuple):
    """Where a fact of a profile comes from, and when it was true; `unverified`: not checked."""

    text: str
    date: str = ""
    unverified: bool = False


class NodeType(NamedTuple):
    """A kind of node; `cpus` are Slurm's CPUs (hardware threads), `count` how many nodes there are.

    `cpus` and `memory_mib` of 0 are unknown: nothing can be checked against them. Where `cpus` is unknown
    (somebody's workstation), so is whether there are GPUs and a local disk. `gpus` counts them; a site whose
    gres has no types leaves `gpu_type` empty.
    """

    name: str
    count: int  # type: ignore[assignment]  # tuples have a method of this name, which records do not need
    cpus: int
    threads_per_core: int
    memory_mib: int  # usable by jobs
    scratch_gib: int = 0
    gpu_type: str = ""  # gres type; empty: no GPU, or a gres without types
    gpus: int = 0
    vram_gib: float = 0.0
    gpu_threads: int = 0  # good cpus_per_task of a rank on this GPU; 0: the policy's
    cpus_per_gpu: int = 0  # the most CPUs that may be taken with each GPU; 0: no such rule
    features: tuple[str, ...] = ()
    until: str = ""  # retired on this date
    slices: int = 0  # of GPUs that are cut up (MIG), of which a process sees one: `gpus` is 1
    shards: int = 0  # in which others share a GPU (gres shard), of which a job sees one: `gpus` is 1
    gpu_feature: str = ""  # by which GPUs of this type are asked for, where their gres has no types
    least_cpus_per_gpu: int = 0  # that a job has to take with each GPU
    arch: str = ""  # of its CPUs; empty: that of all others
    modules: ByVersion = ()  # instead of the cluster's
    wrapper: ByVersion = ()

    @property
    def known(self) -> bool:
        """Whether the hardware is described at all (a workstation's is not, until its owner does)."""
        return self.cpus > 0


class Partition(NamedTuple):
    """A Slurm partition; limits are None where the site sets none (or none is known).

    `billing` are Slurm's TRESBillingWeights, for each of `BILLED` that the site weighs: units of its account per
    CPU, GiB of memory and GPU.
    """

    name: str
    node_types: tuple[str, ...]
    default: bool = False
    max_time_s: int | None = None
    default_time_s: int | None = None
    max_nodes: int | None = None
    max_memory_per_node_mib: int | None = None
    max_memory_per_cpu_mib: int | None = None
    min_nodes: int | None = None
    max_cpus_per_node: int | None = None
    billing: tuple[tuple[str, float], ...] = ()
    exclusive: bool = False  # a job has its nodes for itself, unasked (OverSubscribe=EXCLUSIVE)
    named: bool = True  # jobs say its name; else the site finds the partition by what they ask for
    min_gpus: int | None = None  # of a job, in all
    max_gpus: int | None = None
    max_cpus: int | None = None
    directives: tuple[tuple[str, str | None], ...] = ()  # of every job in it
    qos: str = ""  # whose limits are among these, beside the partition's own

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.name} with QOS {self.qos}" if self.qos else self.name


class Qos(NamedTuple):
    """A quality of service that jobs may name, and what it limits of a job; None: nothing."""

    name: str
    max_time_s: int | None = None
    max_nodes: int | None = None
    min_gpus: int | None = None
    max_gpus: int | None = None
    max_cpus: int | None = None


class Launcher(NamedTuple):
    """How MPI ranks are started.

    `argv` are the words, with `{ntasks}`, `{cpus_per_task}` filled in; `arbitrary` are the further words where ranks
    are not where Slurm has its tasks; `mpi` names the PMI plugin. Words may hold `${NAME}` references to the shell.
    `places_ranks_by` says how it learns where ranks go: by a hostfile whose path is a word, by a variable with that
    path, by a number of tasks for each node (empty: as the words show). `hostfile_row` is what a row of the hostfile
    looks like, `daemons` whether one process on each node starts the ranks there (None: as they are placed); what
    follows from all this is in `site.launchers`. `workers` are the words between the command for the leader and
    the same command for the workers, where two groups of nodes are started (hetjob); `variables` says which
    variables have another name in the workers' group, for the scratch folder.
    """

    argv: tuple[str, ...]
    name: str = ""  # empty: the program's
    arbitrary: tuple[str, ...] = ()
    hostfile_variable: str = ""
    unset: tuple[str, ...] = ()  # variables that would contradict the hostfile
    exports: tuple[tuple[str, str], ...] = ()
    mpi: str = ""
    workers: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    places_ranks_by: str = ""
    hostfile_row: str = ""
    daemons: bool | None = None


class ScratchDisk(NamedTuple):
    """Node-local disk: `path` may hold `${NAME}` references; `gres` is its gres name (empty: not a gres)."""

    path: str
    gres: str = ""
    required: bool = False  # RELION jobs must take some
    minimum_gib: int = 0
    default_gib: int = 0
    private: bool = False  # each job sees its own (job_container/tmpfs)
    tmp: bool = False  # asked for as --tmp
    feature: str = ""  # nodes that have it are asked for by this feature
    burst_buffer: str = ""  # what --bb takes, with `{scratch}` for the GiB


class RanksOfGpu(NamedTuple):
    """How many ranks share a GPU of so much memory or more, in jobs of a type."""

    job_type: str
    ranks: int
    vram_gib: float


class Policy(NamedTuple):
    """Preferences, not limits: the values the plan takes when neither user nor RELION decides.

    `memory_factor` multiplies every estimate of memory, because estimates are low where a site has seen so
    (cryosparc-tools 73). `threads` are cpus_per_task of CPU jobs by job type, instead of `cpu_threads`. `mode_cpus`
    says for a distribution mode how many idle CPUs its use is worth avoiding: a hetjob starts only when two groups
    of nodes are free at once.
    """

    cpu_threads: int = 1  # cpus_per_task of a CPU job
    gpu_threads: int = 1  # cpus_per_task of a rank with a GPU
    memory_per_cpu_mib: int = 2048
    ntasks: int = 1  # MPI ranks of a CPU job that asks for nothing
    time_s: int = 86400
    memory_factor: float = 1.0
    threads: tuple[tuple[str, int], ...] = ()
    mode_cpus: tuple[tuple[str, int], ...] = ()
    ranks_per_gpu: tuple[RanksOfGpu, ...] = ()


class Builds(NamedTuple):
    """How the RELIONs of a cluster are built: what their memory depends on beside their version.

    `precision`: `double` or `single`, of numbers on the host. `glibc`: version of the C library that they run with.
    Empty: not known.
    """

    precision: str = ""
    glibc: str = ""


class Cluster(NamedTuple):
    """A cluster profile.

    `scheduler` is `slurm` or `none`; `memory_flag` is one of `MEMORY_FLAGS`.
    `launchers` maps a use to a launcher: `batch`, `gpu` (of jobs on GPUs), `interactive`, `serial` (absent: the program
    is run bare), and the modes that need one of their own, `hetjob` and `one_task_per_node`.
    `modules` maps a RELION version to the shell lines that make it available, `wrapper` to the words between a
    launcher and a program (`apptainer exec IMAGE`); `*` is for all others.
    `allocation` are the words that get an interactive allocation (`salloc`, a site command); empty: none.
    `modes` are the distribution modes that work here, preferred ones first.
    `sources` maps a dotted path of the profile (`node_types.big.memory`) to where the fact comes from.
    """

    name: str
    title: str
    scheduler: str
    node_types: Mapping[str, NodeType]
    partitions: Mapping[str, Partition]
    launchers: Mapping[str, Launcher]
    scratch: ScratchDisk | None
    policy: Policy
    modules: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    memory_flag: str = "either"
    on_warning: str = "say"  # of a wrong run: end it, or say so at its end
    max_array_size: int = 0  # Slurm's MaxArraySize: one more than the largest number of a task; 0: not known
    gres_gpu: str = "gpu"
    versions: tuple[str, ...] = ()  # RELION versions installed; empty: not known
    environment: tuple[tuple[str, str], ...] = ()  # exported before RELION runs
    allocation: tuple[str, ...] = ()
    directives: tuple[tuple[str, str | None], ...] = ()  # sbatch options every job gets
    date: str = ""
    slurm: str = ""  # version of Slurm; empty: not known
    mpi: str = ""  # family and version of MPI that RELION is linked with; empty: not known
    mpi_plugins: tuple[str, ...] = ()  # what `srun --mpi=list` prints; empty: not known
    notes: tuple[str, ...] = ()  # rules of the site for people to read
    modes: tuple[str, ...] = USUAL_MODES
    wrapper: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    relion: Builds = Builds()
    require: tuple[str, ...] = ()  # of `REQUIRED`, what a job must say
    gpu_flag: str = "gres"  # of `GPU_FLAGS`, how GPUs are asked for
    qos: Mapping[str, Qos] = MappingProxyType({})
    programs: tuple[tuple[str, str], ...] = ()  # that RELION starts, where they are; in `environment`, too

    @property
    def memory_of_node(self) -> bool:
        """Whether jobs ask for memory by node, or get all of it."""
        return self.memory_flag in ("per_node", "all")

    def source_of(self, path: str) -> Source | None:
        """Return the source of the fact at `path`, or of the nearest enclosing part of the profile."""
        while path:
            if path in self.sources:
                return self.sources[path]
            path = path.rpartition(".")[0]
        return self.sources.get("")


class Profile(NamedTuple):
    """A profile as it was read: the cluster, and the values of its file with those of the one that it extends.

    `modes` are the names of all that there are, which a profile may list. `extends`: parts come from another one.
    """

    cluster: Cluster
    value: Mapping[str, Plain]
    modes: tuple[str, ...] = ()
    extends: bool = False
