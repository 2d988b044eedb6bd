"""What a job needs, free of YAML and of RELION's option names: roles, bounds, memory, scratch, pins."""

from __future__ import annotations

from relionc.expr.refs import masked
from relionc.plan import amounts
from relionc.plan.pins import Pins, pins_of
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.catalog.types import RankRule
    from relionc.plan.model import Term
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob


MOST_DEVICES = 64
"""GPUs of a node that a process can use: more than any has."""


class LocalLimit(NamedTuple):
    """RELION's bound on MPI ranks of jobs that go through no queue; reads like a rule of the catalogue."""

    maximum: int
    message: str
    minimum: int = 1
    odd: bool = False
    source: str = ""
    code: str = "RL130"


class Amounts(NamedTuple):
    """What ranks with some number of threads take, in GiB by term: host memory and memory of a GPU."""

    worker: tuple[Term, ...]
    leader: tuple[Term, ...]
    vram: tuple[Term, ...]
    worker_gib: float  # their sums, which a search asks for thousands of times
    leader_gib: float
    vram_gib: float

    @classmethod
    def of(cls, worker: tuple[Term, ...], leader: tuple[Term, ...], vram: tuple[Term, ...]) -> Amounts:
        """Return the amounts of one worker or peer, of the leader, and of one worker on its GPU."""
        return cls(worker, leader, vram, _gib(worker), _gib(leader), _gib(vram))

    def sure(self) -> Amounts:
        """Return what is certain of them: without terms that are assumed."""
        return Amounts.of(_sure(self.worker), _sure(self.leader), _sure(self.vram))


def _sure(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(term for term in terms if not term.assumed)


def _gib(terms: tuple[Term, ...]) -> float:
    return sum(term.gib for term in terms)


class Demand(NamedTuple):
    """The demand of one job on a site.

    `leader`: rank 0 computes nothing and needs no GPU. `items` are divided among the workers (None: not known).
    `amounts` gives the memory of ranks with so many threads; `scratch` is that of one node, in GiB by term.
    `usual_cpus` are the CPUs per task that the site prefers for such a job on CPUs. `pins` are the user's values.
    """

    leader: bool
    serial: bool
    threads: bool  # it can use more than one CPU per rank
    gpu: bool
    one_rank_per_gpu: bool
    single_gpu: bool
    gpu_by_rank: bool
    all_gpus: bool
    interactive: bool
    items: int | None
    usual_cpus: int
    rank_rules: tuple[RankRule | LocalLimit, ...]
    amounts: Callable[[int], Amounts]
    scratch: tuple[Term, ...]
    pins: Pins
    not_checked: tuple[str, ...]

    @property
    def scratch_need_gib(self) -> float:
        """GiB of scratch of one node."""
        return sum(term.gib for term in self.scratch)

    @property
    def gpu_ids(self) -> str:
        """The devices of each rank in RELION's spelling, empty for its own choice; a reference is no number."""
        return masked(self.pins.gpu_ids or "")

    @property
    def ranks_are_asked(self) -> bool:
        """Whether the user says how many ranks share the GPUs of a node."""
        return self.pins.has("ntasks", "ntasks_per_node", "gpu_ids")

    @property
    def fixed_threads(self) -> int | None:
        """RELION's threads of a rank whatever its CPUs: pinned, or one without threads; None: as many as its CPUs."""
        return self.pins.threads or (None if self.threads else 1)

    def device_threads(self, threads: int) -> int:
        """Return the threads over which the GPUs of a rank are shared: enough of them for a process that has all."""
        return MOST_DEVICES if self.all_gpus else threads

    def threads_of(self, cpus_per_task: int) -> int:
        """Return RELION's threads of a rank with so many CPUs."""
        return self.fixed_threads or cpus_per_task


def demand_of(job: ResolvedJob, cluster: Cluster) -> Demand:
    """Return what `job` needs on `cluster`."""
    needs = job.needs
    scratch: tuple[Term, ...] = ()
    missing: list[str] = []
    if _copies_to_scratch(job, cluster):
        scratch, more = amounts.scratch_terms(job)
        missing += more
    items = job.data.items(needs.items)
    if needs.items and items is None and needs.mpi:
        missing.append(f"ranks against {needs.items} (their number is not known)")
    usual_cpus = dict(cluster.policy.threads).get(job.type.name, cluster.policy.cpu_threads)
    memory = _Memory(job, cluster)
    has_vram = any(node.vram_gib for node in cluster.node_types.values())
    return Demand(
        leader=needs.leader and needs.mpi,
        serial=not needs.mpi,
        threads=needs.threads,
        gpu=needs.gpu,
        one_rank_per_gpu=needs.one_rank_per_gpu,
        single_gpu=needs.single_gpu,
        gpu_by_rank=needs.gpu_by_rank or needs.one_rank_per_gpu,
        all_gpus=needs.all_gpus,
        interactive=job.interactive,
        items=items.value if items is not None and needs.mpi else None,
        usual_cpus=usual_cpus,
        rank_rules=(*needs.rank_rules, *_local_limit(job, cluster)),
        amounts=memory.of,
        scratch=scratch,
        pins=pins_of(job, has_queue=cluster.scheduler == "slurm"),
        not_checked=tuple(dict.fromkeys((*memory.unknown(vram=has_vram), *missing))),
    )


class _Memory:
    """The memory of ranks by their threads, each number of threads worked out once.

    A site may multiply the estimates of host memory (cryosparc-tools#73).
    """

    def __init__(self, job: ResolvedJob, cluster: Cluster) -> None:
        self._job = job
        self._host, self._factor = amounts.host_of(job.type, cluster.relion), cluster.policy.memory_factor
        self._least, _ = amounts.band_of(job.type)
        self._known: dict[int, Amounts] = {}
        self._of_one_thread = amounts.memory_terms(job, 1, self._host), amounts.vram_terms(job, 1)
        self._leader: tuple[Term, ...] | None = None

    def of(self, threads: int) -> Amounts:
        """Return the memory of ranks with so many threads."""
        if threads not in self._known:
            if self._leader is None:
                self._leader = self._times(amounts.leader_terms(self._job, self._host))
            (worker, _), (vram, _) = self._of_one_thread if threads == 1 else self._terms(threads)
            self._known[threads] = Amounts.of(self._times(worker), self._leader, vram)
        return self._known[threads]

    def unknown(self, *, vram: bool) -> tuple[str, ...]:
        """Return which amounts cannot be worked out; this does not depend on the number of threads."""
        (_, of_host), (_, of_gpu) = self._of_one_thread
        return (*of_host, *of_gpu) if vram else of_host

    def _terms(self, threads: int) -> tuple[amounts.Found, amounts.Found]:
        return amounts.memory_terms(self._job, threads, self._host), amounts.vram_terms(self._job, threads)

    def _times(self, found: tuple[Term, ...]) -> tuple[Term, ...]:
        terms = amounts.with_margin(found, self._least)
        if self._factor == 1:
            return terms
        said = f"{self._factor:g} of the site"
        return tuple(
            term._replace(gib=term.gib * self._factor, formula=f"{term.formula} x {said}") for term in terms
        )


def _local_limit(job: ResolvedJob, cluster: Cluster) -> tuple[LocalLimit, ...]:
    if cluster.scheduler == "slurm" or job.type.option_of_role("ranks") is None:
        return ()
    most = job.type.program["local_mpi_limit"]
    return (LocalLimit(most, f"RELION starts at most {most} MPI ranks without a queue"),)


def _copies_to_scratch(job: ResolvedJob, cluster: Cluster) -> bool:
    """Whether RELION will copy particles to node-local disk: pre-reading switches it off (relion#721)."""
    if not job.needs.scratch or job.needs.preread or cluster.scratch is None:
        return False
    wanted = job.resources.scratch is not None or job.resources.scratch_dir is not None
    return wanted or cluster.scratch.required
