"""A job of RELION's own job file → what a spec says of it, and what it cannot say."""

from __future__ import annotations

from relionc import catalog
from relionc.catalog.queue import load_queue
from relionc.record import NamedTuple
from relionc.source.jobfile import STAR
from relionc.spec import options as job_options
from relionc.spec import resources
from relionc.spec.job_from_file import resolve, with_references
from relionc.spec.queue_values import queue_values
from relionc.spec.scope import SpecScope
from relionc.spec.suspect_values import broken_rank_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relionc.catalog.types import Option
    from relionc.source.jobfile import JobText
    from relionc.spec.job_from_file import Job

_PINNED = ("ranks", "threads", "use_gpu", "gpu_ids", "scratch_dir")
"""What the plan would choose: only when it is said does a build give the commands of the job file."""

_NOT_OF_VERSION = 1_000
"""Misfits of a file that a version does not write, where it writes others of the same project."""


class JobInSpec(NamedTuple):
    """Texts for the YAML of a spec: of resources, of pins, of further options, and of what goes behind the command.

    `left_out` has name, text and reason of what a spec cannot say.
    """

    resources: tuple[tuple[str, str], ...]
    pins: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    extra_args: str
    left_out: tuple[tuple[str, str, str], ...]


def no_references(_: Option, __: str) -> str | None:
    """Refer to nothing: the values of a job file stay as they are."""


def job_to_spec(job: Job, refer: Callable[[Option, str], str | None] = no_references) -> JobInSpec:
    """Return what a spec says of a job: what is not RELION's default, and what the plan would choose.

    `refer` may return what a spec writes in place of a value: references to variables, or to files of other jobs.
    """
    pins: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    left_out: list[tuple[str, str, str]] = []
    extra_args = ""
    said = queue_values(job)
    left_out += said.left_out
    queue_name, _ = load_queue(job.type.version).options["queue"]
    for key, option in job.type.options.items():
        text = job.options.get(key, option.default)
        if not _says_something(option, text, job) or (key == queue_name and said.partition):
            continue
        reference = refer(option, text)
        written = _written(option, text) if reference is None else reference
        if why := _why_not(option, written, job, is_reference=reference is not None):
            left_out.append((key, text, why))
        elif option.role == "extra_args":
            extra_args = written
        else:
            (pins if option.role in _PINNED else options).append((key, written))
    return JobInSpec(said.resources, tuple(pins), tuple(options), extra_args, tuple(left_out))


def _says_something(option: Option, text: str, job: Job) -> bool:
    """Return whether a spec has to name an option."""
    if option.role == "gpu_ids":
        gpu = job.type.option_of_role("use_gpu")
        return gpu is None or job.options.get(gpu.key, gpu.default) == "Yes"
    return option.role in _PINNED or text != option.default


def _written(option: Option, text: str) -> str:
    """Return the text of an option as a spec has it; RELION takes anything but Yes for No."""
    if option.kind == "bool":
        return "yes" if text == "Yes" else "no"
    return with_references(text, "${{{{ env.{} }}}}".format)


def _why_not(option: Option, written: str, job: Job, *, is_reference: bool) -> str:
    """Return why a spec cannot have an option, or nothing."""
    if option.role == "queue":
        return "the build makes the script for the queue"
    if not written.isprintable():
        return "it has a character that would hide what a spec says"
    if option.role == "scratch_dir" and written and _prereads(job):
        return "RELION does not use it when it pre-reads the particles"
    if option.role == "ranks" and (broken := _broken_rule(job)):
        return broken
    if is_reference:  # nobody knows its value here
        return ""
    scope = SpecScope({})
    text = job_options.one(written, option, (), scope)
    if text is not None and option.role in _PINNED:
        resources.from_options(job.type, {option.key: text}, {option.key: ()}, scope)
    return scope.findings[0].message if scope.findings else ""


def _broken_rule(job: Job) -> str:
    """Return what the program will say of the number of ranks, or nothing."""
    rules = catalog.needs(job.type, job.options, is_continue=job.is_continue)["rank_rules"]
    return next((message for _, message in broken_rank_rules(job, rules)), "")


def _prereads(job: Job) -> bool:
    option = job.type.option_of_role("preread")
    return option is not None and job.options.get(option.key, option.default) == "Yes"


def versions_of(*texts: JobText) -> tuple[str, ...]:
    """Return the versions that may have written job files, newest first: the form and the options fit them best."""
    found = [
        (misfits, version)
        for version in catalog.versions()
        if (misfits := _misfits_of_all(texts, version)) is not None
    ]
    best = min((misfits for misfits, _ in found), default=None)
    return tuple(version for misfits, version in reversed(found) if misfits == best)


def _misfits_of_all(texts: Sequence[JobText], version: str) -> int | None:
    """Return the misfits of all files together; None where the version writes none of them."""
    found = [misfits for text in texts if (misfits := _misfits(text, version)) is not None]
    return sum(found) + _NOT_OF_VERSION * (len(texts) - len(found)) if found else None


def _misfits(text: JobText, version: str) -> int | None:
    """Return how many options the file or the version has alone; None where the version writes other files."""
    job, _ = resolve(text, version)
    if job is None or job.type.job_file != text.style or bool(text.label) != catalog.has_labels(version):
        return None
    mark = f"# version {job.type.program['star_version']}\n"
    if text.style == STAR and "# version " in text.text and mark not in text.text:
        return None
    unknown = len(text.rows) - len(set(job.lines.values()))
    return unknown + len(job.type.options) - len(job.options)
