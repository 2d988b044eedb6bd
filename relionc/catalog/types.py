"""What the catalogue says about one job type of one RELION version."""

from __future__ import annotations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from relionc.expr.tree import Expr


class Option(NamedTuple):
    """A job option under RELION's own name (`nr_classes`).

    `kind`: text, number, bool (`Yes`/`No`), list (one of `choices`), file, node. `default` is RELION's text.
    `role` names what the plan decides through this option: ranks, threads, use_gpu, gpu_ids, scratch_dir,
    preread, extra_args, queue; or what it is: particles, micrographs, tomograms (the STAR file of those to work
    on; movies and tilt series too), eer_fraction (detector frames that become one frame of an EER movie),
    continue_from (the file at which a continued run goes on), pattern (names of files by wildcards, which a shell
    is to expand); empty for all others.
    `flag` is a flag it becomes (for "did you mean"). `variable`: the environment variable of which RELION takes the
    default, where there is one.
    """

    key: str
    label: str
    kind: str
    default: str
    description: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    role: str = ""
    flag: str = ""
    node_type: str = ""
    variable: str = ""
    group: str = ""  # the tab of RELION's window, for people

    @property
    def is_elsewhere(self) -> bool:
        """Whether the default is a path of the place where RELION was written: no other site has a program there."""
        return self.default.startswith("/") and bool(self.flag or self.variable)


class RankRule(NamedTuple):
    """A bound on the number of MPI ranks that RELION enforces only when the job runs."""

    code: str
    when: Expr
    minimum: int = 1
    maximum: int | None = None
    odd: bool = False
    message: str = ""
    source: str = ""


class RunRule(NamedTuple):
    """Something that RELION makes a command of, and its program then stops on.

    `runs`: it does not stop, but does something else than is asked, which is an error or a warning.
    """

    when: Expr
    option: str  # the one to look at
    message: str
    source: str
    help: str = ""
    runs: str = ""


class DataRule(NamedTuple):
    """What does not fit between options and the files that they name.

    `when` and the expressions in `message` and `help` may use facts of files: `fn_ref.box`. Where one of them is
    not known, the rule says nothing. `severity`: error where RELION's program stops or its results are lost, warning,
    note.
    """

    when: Expr
    option: str
    message: tuple[str | Expr, ...]
    source: str
    help: tuple[str | Expr, ...] = ()
    severity: str = "error"


class Traits(NamedTuple):
    """What a job type asks of a cluster; expressions are evaluated over the job's options.

    `mpi`: it has an MPI program. `leader`: rank 0 computes nothing and needs no GPU. `gpu`: the command uses
    GPUs with these options; `gpu_possible`: it could. `one_rank_per_gpu`: MotionCor2, Gctf. `preread`: every
    rank holds all particles in memory. `scratch`: particles are copied to node-local disk when a folder is
    given. `memory`: names of memory models of `plan` (`preread`, `motioncorr`, `metadata`, `refine`, `unmodelled`),
    `vram`: the same for the memory of a GPU; `quantities`: the numbers that these models take from options, by their
    names in `docs/memory.md`. `items`: what is divided among ranks (`particles`, `micrographs`, `tomograms`, ``).
    `window`: the program waits for a person at a window. `copies_repeats`: an image that several rows name is copied
    to scratch for each of them. `resume`: how it goes on after it was stopped: `iterations` (from the files of one),
    `unfinished` (only what is not done yet), or nothing: from the beginning.
    `passes`: what is known of
    the files that the job makes before they are there, by their names. `asks`: options whose files these look at.
    How many GPUs a process can use: `single_gpu` one, `all_gpus` all that it has or that
    its list names, `gpu_by_rank` those of its own entry of the list, which is not repeated, else one by its number;
    without any of these, RELION shares them by workers and threads. `gpu_on_request`: it uses them where they are asked
    for. `slow_without_gpu`: hardly anybody runs it on CPUs. `gpu_arguments`: the additional arguments with which it
    uses GPUs where RELION's own option may not.
    """

    mpi: Expr
    leader: Expr
    gpu: Expr
    gpu_possible: Expr
    one_rank_per_gpu: Expr
    preread: Expr
    scratch: Expr
    threads: Expr
    memory: tuple[str, ...] = ()
    items: str = ""
    rank_rules: tuple[RankRule, ...] = ()
    run_rules: tuple[RunRule, ...] = ()
    window: Expr = ("const", False)
    copies_repeats: Expr = ("const", False)
    single_gpu: Expr = ("const", False)
    gpu_by_rank: Expr = ("const", False)
    all_gpus: Expr = ("const", False)
    gpu_on_request: Expr = ("const", False)
    gpu_arguments: Expr = ("const", "")
    slow_without_gpu: Expr = ("const", False)
    vram: tuple[str, ...] = ()
    quantities: Mapping[str, Expr] = {}
    resume: str = ""
    data_rules: tuple[DataRule, ...] = ()
    passes: Mapping[str, Mapping[str, Expr]] = {}
    asks: tuple[str, ...] = ()


class JobType(NamedTuple):
    """One job type of one version. `program` holds the compiled commands, refusals and nodes for `lower`."""

    name: str
    version: str
    title: str
    job_dir: str
    type_id: str  # what RELION's job file holds: "9", or "relion.class3d" from 4.0 on
    job_file: str  # "job.star" or "run.job"
    is_tomo: bool | None
    options: Mapping[str, Option]
    outputs: tuple[str, ...]  # names usable as jobs.X.outputs.NAME
    traits: Traits
    program: Any
    source: str

    def option_of_role(self, role: str) -> Option | None:
        """Return the option through which the plan sets `role`, if this type has one."""
        return _roles(self.options).get(role)


_ROLES: dict[int, tuple[Mapping[str, Option], dict[str, Option]]] = {}
"""Options by role, for the options of a type, by their identity: each job asks for some twenty."""
_MOST_TYPES = 256


def _roles(options: Mapping[str, Option]) -> dict[str, Option]:
    """Return the first option of each role."""
    known = _ROLES.get(id(options))
    if known is None or known[0] is not options:
        if len(_ROLES) >= _MOST_TYPES:
            _ROLES.clear()
        known = options, {option.role: option for option in reversed(list(options.values()))}
        _ROLES[id(options)] = known
    return known[1]


def plain_name(text: str) -> str:
    """Return a name without what people write in different ways: case, blanks, dashes, dots."""
    return "".join(c for c in text.lower() if c.isalnum())
