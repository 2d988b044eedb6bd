"""The typed model of a spec: what each job asks, with the route of every pin."""

from __future__ import annotations

from relionc.record import Generic, NamedTuple, TypeVar
from relionc.spec.points import NO_POINTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from relionc.catalog.types import JobType, RankRule, RunRule
    from relionc.data.facts import FileFacts
    from relionc.data.missing import Lookup
    from relionc.diag import Route
    from relionc.expr import AnyText
    from relionc.spec.columns import SweepTable
    from relionc.spec.points import Points

T = TypeVar("T")


class Pin(NamedTuple, Generic[T]):
    """A value that the user fixed, with where they did."""

    value: T
    route: Route


class Fact(NamedTuple, Generic[T]):
    """A number about the data and where it comes from: the spec (`route`), or a file or an earlier job (`origin`).

    `at_most`: a number of things of which there may be fewer.
    """

    value: T
    origin: str
    route: Route | None = None
    at_most: bool = False


class Product(NamedTuple):
    """A file that an earlier job of the spec makes: what RELION's pipeline calls its kind, and what is known of it."""

    job: str
    name: str
    node_type: str
    facts: Mapping[str, Fact[Any]]


class ProjectJob(NamedTuple):
    """A job of RELION's own that a spec names: its folder, which ends with a slash, and its outputs, by name.

    Without a folder it is not there: `why` says so, and `names` are those that may have been meant. `files` are all
    that the project knows of the job.
    """

    folder: str = ""
    outputs: Mapping[str, str] = {}
    files: tuple[str, ...] = ()
    why: str = ""
    help: str = ""
    names: tuple[str, ...] = ()


class MissingFile(NamedTuple):
    """A file that a data file names and that is not there, and where it was looked for."""

    path: str
    found: Lookup


class InputFile(NamedTuple):
    """A file that an option of a job names.

    `made`: by which job of the spec. `file`: what it says itself. `found`: whether it is there, and where it was
    looked for; None where nobody looked. `facts` are those of `catalog.filefacts`, of the job that makes it, else
    of the file.
    """

    path: str
    made: Product | None = None
    file: FileFacts | None = None
    found: Lookup | None = None
    facts: Mapping[str, Fact[Any]] = {}
    missing: tuple[
        MissingFile, ...
    ] = ()  # of the files that it names: all of an optimisation set, else the first image


class Resources(NamedTuple):
    """Pins under Slurm's names. Memory in MiB, scratch in GiB, time in seconds."""

    partition: Pin[str] | None = None
    constraint: Pin[str] | None = None
    nodes: Pin[int] | None = None
    ntasks: Pin[int] | None = None  # ranks launched
    ntasks_per_node: Pin[int] | None = None
    cpus_per_task: Pin[int] | None = None
    threads: Pin[int] | None = None  # RELION's --j
    gpu_type: Pin[str] | None = None
    gpus_per_node: Pin[int] | None = None
    gpus: Pin[int] | None = None  # in all
    use_gpu: Pin[bool] | None = None
    gpu_ids: Pin[AnyText] | None = None
    ranks_per_gpu: Pin[int] | None = None
    mem_per_cpu: Pin[int] | None = None
    mem: Pin[int] | None = None  # per node
    scratch: Pin[int] | None = None
    scratch_dir: Pin[AnyText] | None = None
    time: Pin[int] | None = None
    exclusive: Pin[bool] | None = None
    account: Pin[str] | None = None
    qos: Pin[str] | None = None
    distribution: Pin[str] | None = None  # only where it would go wrong

    @property
    def asked_gpus(self) -> Pin[str] | Pin[int] | None:
        """The first of the pins that ask for GPUs."""
        return self.gpu_type or self.gpus_per_node or self.gpus or self.ranks_per_gpu

    def pinned(self) -> dict[str, Pin[Any]]:
        """Return the pins that are set, by name."""
        return {name: pin for name, pin in zip(self._fields, self, strict=True) if pin is not None}


class Data(NamedTuple):
    """Facts about the input: counts, box and micrograph sizes in pixels, pixel size in Å.

    `unique_particles`: different images, as RELION counts them for scratch (see `data.facts`). `planes`: of a
    particle, more than 1 for subtomograms; `stacks`: these are stacks of tilt images. `frames` of an EER movie are
    fractions. None: nobody says.
    """

    particles: Fact[int] | None = None
    box: Fact[int] | None = None
    angpix: Fact[float] | None = None
    micrographs: Fact[int] | None = None
    micrograph_width: Fact[int] | None = None
    micrograph_height: Fact[int] | None = None
    frames: Fact[int] | None = None
    unique_particles: Fact[int] | None = None
    float16: Fact[bool] | None = None
    planes: Fact[int] | None = None
    tomograms: Fact[int] | None = None
    stacks: Fact[bool] | None = None

    def items(self, kind: str) -> Fact[int] | None:
        """Return how many there are of what a job divides among its ranks (`Needs.items`), None if not known."""
        counts = {
            "particles": self.particles,
            "micrographs": self.micrographs,
            "tomograms": self.tomograms,
        }
        return counts.get(kind)


class Needs(NamedTuple):
    """The traits of the job type, evaluated over this job's options (see `catalog.types.Traits`)."""

    mpi: bool
    leader: bool
    gpu: bool
    gpu_possible: bool
    one_rank_per_gpu: bool
    preread: bool
    scratch: bool
    threads: bool
    memory: tuple[str, ...]
    items: str
    rank_rules: tuple[RankRule, ...]  # those whose condition holds
    run_rules: tuple[RunRule, ...] = ()  # the same
    window: bool = False
    copies_repeats: bool = False
    single_gpu: bool = False
    gpu_by_rank: bool = False
    all_gpus: bool = False
    gpu_on_request: bool = False
    slow_without_gpu: bool = False
    vram: tuple[str, ...] = ()
    quantities: Mapping[str, float] = {}  # those that the options give


class ResolvedJob(NamedTuple):
    """One job, every reference replaced and every default filled in.

    `options` holds RELION's text for every option of the type;
    `given` maps those the user wrote to their routes. `output` ends with a slash. `restart`: it goes on after it was
    stopped; `overwrite`: another run in its folder is moved aside.
    """

    name: str
    route: Route
    type: JobType
    options: Mapping[str, AnyText]
    given: Mapping[str, Route]
    output: str
    is_continue: bool
    resources: Resources
    layout: Pin[str] | None
    data: Data
    needs: Needs
    slurm: tuple[tuple[str, str | None], ...] = ()
    project: AnyText = ""
    in_project: bool = True  # whether RELION's project is to know the job
    interactive: bool = False
    after: tuple[str, ...] = ()
    restart: bool = True
    overwrite: bool = False
    inputs: Mapping[str, InputFile] = {}  # by option, those that name data first
    known: Mapping[str, Mapping[str, Any]] = {}  # facts of these files, with what `data` says of them
    table: SweepTable | None = None  # of the points for all of which this one stands


class ResolvedSpec(NamedTuple):
    """All jobs of a spec, in an order in which each comes after those it needs."""

    path: str
    relion: str
    jobs: tuple[ResolvedJob, ...]
    points: Points = NO_POINTS
