"""From RELION's own job files: to the commands that RELION would run for them, and to specs.

job.star or run.job ─source→ JobText ─spec→ Job ─lower→ commands
└─spec→ SpecFile
"""

from __future__ import annotations

from relionc import catalog
from relionc.data.skim import TooMuch
from relionc.diag import ERROR, NOTE, Diagnostic, Finding
from relionc.diag.clean import printable
from relionc.diag.locate import locate_all
from relionc.ir import Glob, SpecFile, SpecJob
from relionc.lower.commands import relion_commands
from relionc.pipeline.variables import Variables, unset
from relionc.record import NamedTuple
from relionc.source import jobfile
from relionc.spec.job_from_file import resolve, with_references
from relionc.spec.job_to_spec import job_to_spec, versions_of
from relionc.spec.queue_values import queue_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.catalog.program import Files
    from relionc.catalog.types import Option
    from relionc.ir import CommandLine, Word
    from relionc.lower.commands import RelionCommands
    from relionc.spec.job_from_file import Job

TOO_LARGE = "RL144"
NOT_SAID = "RL146"


class Answer(NamedTuple):
    """What RELION makes of one job file; without commands where it refuses."""

    path: str
    texts: tuple[str, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str = ""

    @property
    def ok(self) -> bool:
        """Whether RELION would run it."""
        return not any(diagnostic.severity == ERROR for diagnostic in self.diagnostics)


class Imported(NamedTuple):
    """The job of a job file, None where it is none; and the other versions that may have written the file."""

    job: Job | None
    others: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: str = ""


class NoVersion(Exception):  # noqa: N818 - what is wrong with a call, as it is told
    """No version writes such a job file, so that the call has to name one."""


def answer(path: str, data: bytes, version: str, folder: str, project: Files | None = None) -> Answer:
    """Return what a version of RELION makes of a job file; its output goes to `folder`, as `job025`, of its type.

    A few job types look into files of the `project`; without one, those are taken to be there.
    """
    try:
        text = jobfile.read(data, path)
    except jobfile.NotRead as refusal:
        return Answer(path, diagnostics=(refusal.diagnostic,))
    job, findings = resolve(text, version)
    if job is None:
        return Answer(path, diagnostics=tuple(locate_all(findings, text)), source=text.text)
    output = f"{job.type.job_dir}/{folder}/"
    findings = [*findings, *unset(job, {})]
    try:
        commands = relion_commands(
            job.type, job.options, output=output, is_continue=job.is_continue, files=project
        )
    except TooMuch:
        message = (
            "RELION's command depends on files of the project that are too large, or too many, to look at"
        )
        return Answer(path, diagnostics=(Diagnostic(TOO_LARGE, ERROR, message, path, None),))
    refusals = _refusals(job, commands)
    refused = {finding.route for finding in refusals if finding.route}
    findings = [*(finding for finding in findings if finding.route not in refused), *refusals]
    found = tuple(locate_all(findings, text)) if findings else ()
    if commands.refusals:
        return Answer(path, diagnostics=found, source=text.text)
    words = tuple(tuple(_plain_words(command)) for command in commands.commands)
    return Answer(path, commands.texts, words, found, text.text)


def _refusals(job: Job, commands: RelionCommands) -> list[Finding]:
    return [
        Finding(
            code=refusal.code,
            message=refusal.message,
            route=(job.lines[refusal.option],) if refusal.option in job.lines else (),
            help=refusal.help,
        )
        for refusal in commands.refusals
    ]


def _plain_words(command: CommandLine) -> Iterator[str]:
    """Yield the words of a command as plain text: `${NAME}` for a shell reference, redirections as words."""
    yield from map(_plain, command.words)
    if command.stdin is not None:
        yield from ("<", *filter(None, [_plain(command.stdin)]))
    if command.stdout is not None:
        yield from (">>" if command.append else ">", _plain(command.stdout))


def _plain(word: Word) -> str:
    """Return a word as text. What RELION writes into its command, the shell reads: `$NAME` is a reference."""
    text = "".join(part.pattern if isinstance(part, Glob) else str(part) for part in word)
    return with_references(text, "${{{}}}".format)


def import_job(path: str, data: bytes, relion: str | None, known: Variables | None = None) -> Imported:
    """Return the job that a job file holds, of the version that is named or of the likeliest that wrote the file.

    `known` are the variables of the scheme that the file belongs to; others that it names are told.
    Raises NoVersion, and UnknownVersion of the catalogue.
    """
    try:
        text = jobfile.read(data, path)
    except jobfile.NotRead as refusal:
        return Imported(None, diagnostics=(refusal.diagnostic,))
    versions = versions_of(text) if relion is None else (catalog.version(relion),)
    if not versions:
        raise NoVersion(f"no RELION version writes such a job file as {path}")
    job, findings = resolve(text, versions[0])
    findings += unset(job, known.values if known else {}) if job else ()
    findings += not_said(job) if job else ()
    return Imported(job, versions[1:], tuple(locate_all(findings, text)) if findings else (), text.text)


def not_said(job: Job) -> list[Finding]:
    """Return a remark for each value of a queue's own field that has no place in a spec."""
    return [
        Finding(NOT_SAID, f"`{name}: {printable(text)}` is left out: {why}", severity=NOTE)
        for name, text, why in queue_values(job).left_out
    ]


def spec_file(
    job: Job, *, source: str, cluster: str, output: str, known: Variables | None = None
) -> SpecFile:
    """Return the spec of a job, whose build gives the commands of the job file.

    `known` are the variables of the scheme that the file belongs to.
    """
    variables = known or Variables({})
    made = spec_job(job, job.type.name, output=output, refer=variables.refer)
    return SpecFile(
        header=(
            f"From {printable(source)}. What is not said here has the default of RELION {job.type.version}.",
            PROFILES,
        ),
        facts=(("cluster", cluster), ("relion", f"{job.type.version}")),
        jobs=(made,),
        variables=variables.used(),
    )


PROFILES = "`relionc cluster list` names the profiles for `cluster`."


def spec_job(
    job: Job,
    name: str,
    *,
    output: str | None,
    refer: Callable[[Option, str], str | None],
    after: tuple[str, ...] = (),
) -> SpecJob:
    """Return a job as a spec has it; without an `output` it goes to the folder of its name."""
    carried = job_to_spec(job, refer)
    is_continue = (("continue", "yes"),) if job.is_continue else ()
    return SpecJob(
        name=name,
        facts=(("type", job.type.name), *is_continue, *((("output", output),) if output else ())),
        pins=carried.pins,
        options=carried.options,
        extra_args=carried.extra_args,
        left_out=tuple((key, printable(text), printable(why)) for key, text, why in carried.left_out),
        after=after,
        resources=carried.resources,
    )
