"""What will be written, as data: words, commands, directives, scripts. No text formatting, no knowledge.

`lower` builds these values; `emit` turns them into bytes. A word is a tuple of parts, so that quoting is
decided in one place (`relionc.emit.shell`).
"""

from __future__ import annotations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ShellRef(NamedTuple):
    """A named shell variable that stays one in the script.

    `integer` marks names whose value Slurm guarantees to be a plain number (`SLURM_JOB_ID`): they need no
    quotes. Every other reference is quoted.
    """

    name: str
    integer: bool = False


class Glob(NamedTuple):
    """Text whose `*`, `?` and `[]` the shell must expand (old RELION imports with `ls pattern`)."""

    pattern: str


Part = str | ShellRef | Glob
Word = tuple[Part, ...]
"""One argument: its parts are joined without a space."""


class CommandLine(NamedTuple):
    """A program and its arguments.

    `stdout` is a file to write (`append`: to add to) instead of run.out, `stdin` one to read.
    """

    words: tuple[Word, ...]
    stdout: Word | None = None
    append: bool = False
    stdin: Word | None = None


class Step(NamedTuple):
    """One command of a job with the launcher words in front of it (`srun -n 17 …`; none for a bare one).

    With `second`, these words and the same command once more follow it: `srun … PROGRAM : … PROGRAM`.
    """

    launcher: tuple[Word, ...]
    command: CommandLine
    second: tuple[Word, ...] = ()


class Directive(NamedTuple):
    """One `#SBATCH --name=value` line; `value` None is a flag without a value.

    Without a name, `value` stands alone: the word that begins the next group of a hetjob.
    """

    name: str
    value: str | None = None


class HostfileRule(NamedTuple):
    """The hostfile a script writes from its allocation: how many ranks each allocated node gets.

    `shares` are the ranks of each node, of which rank 0 may be a `leader`; the script stops when the allocation has
    another number of nodes. Without any, the ranks are where Slurm has tasks. `row` is what stands in the file for
    each rank or, with a `{count}`, for each node: `{host}`, `{rank}` and `{cores}` are filled in, these from the CPUs
    of a rank and of a core. `variable` (empty: none) is exported with the file's path; the variables of `unset` would
    contradict the hostfile.
    """

    path: Word
    shares: tuple[int, ...]
    leader: bool = False
    row: str = "{host}"
    cpus_per_rank: int = 1
    cpus_per_core: int = 1
    variable: str = ""
    unset: tuple[str, ...] = ()


class Guard(NamedTuple):
    """What the guard of a job (`templates/relionc-runtime.sh`) has to know of it; docs/runtime.md has the `facts`.

    `launch` and `second` are the words that start ranks: `launch PROGRAM`, and in a hetjob `second PROGRAM` behind it.
    `wrapper` stands between them and a program. `inputs` have to be there, and `results` are there when all is done.
    `resume` are the steps that go on where an earlier run was stopped; the variable `from` names its last iteration.
    """

    facts: tuple[tuple[str, Word], ...] = ()
    launch: tuple[Word, ...] = ()
    second: tuple[Word, ...] = ()
    wrapper: tuple[Word, ...] = ()
    inputs: tuple[Word, ...] = ()
    results: tuple[Word, ...] = ()
    resume: tuple[Step, ...] = ()


class Script(NamedTuple):
    """A complete batch or plain script of one job.

    `needs` names a variable that only an allocation sets; a script with one stops with `needs_help` outside.
    """

    job: str
    header: tuple[str, ...]  # comment lines: what this is and how it was planned
    directives: tuple[Directive, ...]
    output_dir: Word  # made by the guard; run.out and run.err are appended in it
    steps: tuple[Step, ...]
    environment: tuple[str, ...] = ()  # the profile's own shell lines (module load …), run without `set -u`
    exports: tuple[tuple[str, Word], ...] = ()
    hostfile: HostfileRule | None = None
    project: Word | None = None  # a folder to change to first
    needs: str = ""
    needs_help: str = ""
    guard: Guard = Guard()


class QueueScript(NamedTuple):
    """A submission script from a template of RELION's: its names are replaced, but for the one of the commands.

    A line with `placeholder` is repeated for each of `commands` (text, whether it goes into the line); a command
    that does not go into the line stands in its place, alone.
    """

    lines: tuple[str, ...]
    placeholder: str
    commands: tuple[tuple[str, bool], ...]


class Window(NamedTuple):
    """A job's own template for RELION's window: `script` with its directives, `folder` and `command` RELION's names.

    `launcher` are the words in front of the commands; `in_shell`: a shell behind them has to read each command.
    """

    script: Script
    folder: str
    launcher: tuple[Word, ...]
    command: str
    in_shell: bool = False


class SiteEntry(NamedTuple):
    """An entry of a site's own in RELION's window; `option` is the one that it is the value of (empty: several)."""

    label: str
    default: str
    option: str = ""


class SiteStart(NamedTuple):
    """How a site's template starts ranks.

    `placing` are further words of the launcher where more tasks are allocated than there are ranks: the script then
    writes a hostfile of `row`, and one of `variable` says where it is. `always`: the launcher needs one in any case.
    """

    exports: tuple[tuple[str, Word], ...]
    launcher: tuple[Word, ...]
    placing: tuple[Word, ...]
    row: str
    variable: str
    unset: tuple[str, ...]
    always: bool
    daemons: bool


class SiteTemplate(NamedTuple):
    """A site's template for RELION's window; `ranks`, `folder` and `command` are RELION's names.

    `on_gpus` is how jobs start that have got GPUs, where it is another way.
    """

    header: tuple[str, ...]
    directives: tuple[Directive, ...]
    entries: tuple[SiteEntry, ...]
    environment: tuple[str, ...]
    exports: tuple[tuple[str, Word], ...]
    start: SiteStart
    wrapper: tuple[Word, ...]
    ranks: str
    folder: str
    command: str
    on_gpus: SiteStart | None = None


class Allocation(NamedTuple):
    """The command that gets the nodes of an interactive job."""

    header: tuple[str, ...]
    command: tuple[Word, ...]


class Submission(NamedTuple):
    """One job of `submit.sh`: the script to hand over, and the jobs that must have succeeded before.

    `command` goes in front of the script (`sbatch --parsable`, or `bash` where there is no scheduler); empty
    means that nobody but the user can start the job, and `note` says how. `inputs` have to be there, since no job
    of the build makes them. `queued`: the command prints the
    id of a queued job. `dependency` are further words where `{ids}` stands for the ids of `after`, joined with
    colons; empty where jobs simply run in order. Of a script for so many `points` of a `table`, arrays of at most so
    many `tasks` are queued, `limit` of which may run at once.
    """

    job: str
    script: str  # path relative to the build directory, e.g. `class3d/run.sbatch`
    output_dir: Word
    command: tuple[Word, ...] = ()
    queued: bool = True
    after: tuple[str, ...] = ()
    dependency: tuple[str, ...] = ()
    note: str = ""
    inputs: tuple[Word, ...] = ()
    table: str = ""  # path relative to the build directory
    points: int = 0
    tasks: int = 0
    limit: int | None = None


class PointTable(NamedTuple):
    """Points of a sweep that share a script: `path` of their table below the build directory, and what is in it.

    `columns` have their names in the table and in the script; `rows` have the values of each of `names`.
    """

    path: str
    columns: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class JobArray(NamedTuple):
    """Points of a sweep that are the tasks of one job array, in order: its script runs that of the task's own point.

    `job` is the job of which they are points, `script` a path relative to the build directory, `limit` how many may
    run at once. `header` are comment lines.
    """

    job: str
    script: str
    points: tuple[str, ...]
    directives: tuple[Directive, ...]
    limit: int | None = None
    header: tuple[str, ...] = ()


class JobFile(NamedTuple):
    """RELION's own job file: `style` is `job.star` or `run.job`."""

    style: str
    job_type: str  # integer as text, or RELION 4's label
    is_continue: bool
    is_tomo: bool | None  # None: the version has no such field
    values: tuple[tuple[str, str], ...]  # option name (job.star) or label (run.job), text; in RELION's order
    star_version: str = "30001"


class TableOfProject(NamedTuple):
    """A table of a STAR file: its name, its columns without the underscore, its rows; a list has one row."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_list: bool = False


class SpecJob(NamedTuple):
    """A job of a spec that is made from something else.

    All values are the texts of YAML scalars, not yet quoted. `left_out` has name, text and reason of what the
    spec cannot say.
    """

    name: str
    facts: tuple[tuple[str, str], ...]  # type, continue, output
    pins: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    extra_args: str
    left_out: tuple[tuple[str, str, str], ...]
    after: tuple[str, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()


class SpecFile(NamedTuple):
    """A spec made from something else, for people to go on with.

    `variables` have name, text and a remark; one without a text stands as a comment.
    """

    header: tuple[str, ...]  # comment lines
    facts: tuple[tuple[str, str], ...]  # of the spec: cluster, relion
    jobs: tuple[SpecJob, ...]
    variables: tuple[tuple[str, str | None, str], ...] = ()


class JobArtifacts(NamedTuple):
    """Everything `emit` writes for one job."""

    job: str
    script_name: str  # run.sbatch or run.sh
    script: Script
    commands: tuple[CommandLine, ...]
    hostfile: tuple[str, ...]  # one row per rank
    job_file: JobFile
    allocation: Allocation | None = None
    queue_script: QueueScript | None = None  # instead of `script`
    window: Window | None = None  # for RELION's window, beside the script
    project_job: tuple[TableOfProject, ...] = ()  # what RELION's project is to know of the job
    table: PointTable | None = None  # of the points for all of which `script` is


class Bundle(NamedTuple):
    """One spec, ready to be written; `header` are the comment lines of submit.sh."""

    jobs: tuple[JobArtifacts, ...]
    submissions: tuple[Submission, ...]
    header: tuple[str, ...] = ()
    plan: Mapping[str, object] | None = None  # plan.json's object
    arrays: tuple[JobArray, ...] = ()
