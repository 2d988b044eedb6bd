"""What each script template sees: a misspelt or forgotten key is an error of types. Nothing here runs."""

from __future__ import annotations

from typing import TypedDict  # nothing loads this module when the program runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class ExportView(TypedDict):
    """A variable and its value, quoted for bash."""

    name: str
    value: str


class HostfileView(TypedDict):
    """How a script writes its hostfile."""

    nodes: int
    workers: int
    leader: bool
    first: bool
    path: str
    variable: str
    unset: list[str]
    row: str
    ranked: bool
    numbered: bool
    shares: str


class GuardView(TypedDict):
    """What the guard of a job has to know: lists are words on one line, steps are lists of lines."""

    facts: Sequence[ExportView]
    inputs: str
    results: str
    wrapper: str
    launch: list[str]
    new: list[list[str]]
    resume: list[list[str]]


class TableView(TypedDict):
    """The table from which a script takes its point: its path below the build, its sha256, the variables of a row."""

    path: str
    digest: str
    variables: str


class ScriptView(TypedDict):
    """A job's script, `run.sbatch` or `run.sh`."""

    table: TableView | None

    header: list[str]
    directives: list[str]
    needs: str
    needs_help: str
    environment: list[str]
    exports: Sequence[ExportView]
    project: str
    output: str
    run_out: str
    run_err: str
    tell: str
    hostfile: HostfileView | None
    guard: GuardView


class SiteScriptView(ScriptView):
    """What a site's own template sees of a job: `steps` are the commands as they start, with the words of launchers."""

    steps: list[list[str]]


class WindowView(ScriptView):
    """A job's own template for RELION's window."""

    folder: str
    command: str


class SiteStartView(TypedDict):
    """How a site's template starts ranks; `condition` is the line before it, which says for which jobs."""

    condition: str
    exports: Sequence[ExportView]
    cpus: str
    row: str
    ranked: bool
    numbered: bool
    always: bool
    variable: str
    unset: list[str]
    placing: str
    launcher: str


class SiteTemplateView(TypedDict):
    """A site's template for RELION's window."""

    header: list[str]
    directives: list[str]
    environment: list[str]
    exports: Sequence[ExportView]
    starts: Sequence[SiteStartView]
    end: str
    ranks: str
    folder: str
    command: str


class AllocateView(TypedDict):
    """The script that gets the nodes of an interactive job."""

    header: list[str]
    command: list[str]


class ArrayView(TypedDict):
    """The script of a job array."""

    header: list[str]
    directives: list[str]
    points: Sequence[ExportView]


class SubmissionView(TypedDict):
    """One job of submit.sh."""

    name: str
    output: str
    script: str
    command: str
    note: str
    queued: bool
    after: str
    inputs: str
    task: str
    array: str
    limit: str
    table: str
    points: str
    tasks: str


class SubmitView(TypedDict):
    """submit.sh."""

    header: list[str]
    queues: bool
    held: bool
    numbered: bool
    arrays: bool
    tables: bool
    contradicting: str
    dependency: str
    jobs: Sequence[SubmissionView]
