"""A job file of RELION → its job type and options, as one version of RELION takes them.

RELION is tolerant here, and so are we: what it ignores, or passes on without a look, is a warning.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType

from relionc import catalog
from relionc.catalog.queue import load_queue
from relionc.diag import WARNING, Finding
from relionc.diag.near import LONGEST
from relionc.record import NamedTuple
from relionc.source.jobfile import OLD, STAR
from relionc.spec.queue_values import number_of_entry
from relionc.spec.suspect_values import suspect_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relionc.catalog.types import JobType, Option
    from relionc.source.jobfile import JobText

WRONG_VERSION, LEFT_OUT = "RL141", "RL142"
MOST_UNKNOWN = 100
"""Unknown options of a job file that are named each."""
_REFERENCE = re.compile(r"(?<!\$)\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


class Job(NamedTuple):
    """A job as a version of RELION reads it.

    `options` is RELION's text by name, for what the file sets; `$NAME` in it stays as it was typed. `lines` has the
    number of the line of each, from 0. `entries` are the texts of the fields that the site has added for its queue,
    by their numbers.
    """

    type: JobType
    is_continue: bool
    options: Mapping[str, str]
    lines: Mapping[str, int]
    entries: Mapping[int, str] = MappingProxyType({})


def with_references(text: str, write: Callable[[str], str]) -> str:
    """Return text with its references to shell variables written in another way: `$NAME` and `${NAME}`."""
    return _REFERENCE.sub(lambda found: write(found[1] or found[2]), text) if "$" in text else text


def resolve(text: JobText, version: str) -> tuple[Job | None, list[Finding]]:
    """Return the job that a version makes of a job file, or None with what is wrong."""
    name, findings = _type(text, version)
    if name is None:
        return None, findings
    job_type = _load(name, version)
    read = _by_label if text.style == OLD else _by_name
    options, lines, found = read(text, job_type)
    job = Job(job_type, text.is_continue, options, lines, _entries(text, version))
    return job, [*findings, *_wrong_form(text, job_type), *found, *suspect_values(job)]


@cache
def _load(name: str, version: str) -> JobType:
    """Return a job type; many files of one call are of the same few types."""
    return catalog.load(name, version)


def _type(text: JobText, version: str) -> tuple[str | None, list[Finding]]:
    """Return the name of the job type, or what is wrong with it."""
    called = text.label or text.number
    if text.label and not catalog.has_labels(version):
        message = (
            f"the file names its job by the label `{text.label}`, and RELION {version} knows only numbers"
        )
        return None, [Finding(WRONG_VERSION, message, help="name the version that wrote the file")]
    names = _labelled(text.label, version) if text.label else _numbered(text.number, version)
    if names:
        return _of_kind(names, version, is_tomo=text.is_tomo), []
    others = [other for other in catalog.versions() if catalog.with_id(called, other)]
    advice = catalog.having(others) if others else "`relionc catalog list` has all job types"
    return None, [Finding("RL102", f"RELION {version} has no job type `{called}`", help=advice)]


def _labelled(label: str, version: str) -> tuple[str, ...]:
    """Return the types that a label names, or what is left of it when its last parts are taken away."""
    while label:
        if names := catalog.with_id(label, version):
            return names
        label = label.rpartition(".")[0]
    return ()


def _numbered(number: str, version: str) -> tuple[str, ...]:
    """Return the type with a number; where types have labels, the one that had it when they had numbers."""
    number = number.partition(".")[0].lstrip("0") or "0"
    for other in (version, *reversed(catalog.versions())):
        if names := catalog.with_id(number, other):
            return tuple(name for name in names if name in catalog.types(version))
    return ()


def _of_kind(names: tuple[str, ...], version: str, *, is_tomo: bool) -> str:
    """Return the type of several with the same label that is meant: that of tomography, or the other."""
    if len(names) == 1:
        return names[0]
    fitting = [name for name in names if bool(_load(name, version).is_tomo) == is_tomo]
    return fitting[0] if fitting else names[0]


def _wrong_form(text: JobText, job_type: JobType) -> list[Finding]:
    if text.style == OLD or job_type.job_file == STAR:
        return []
    message = f"RELION {job_type.version} has its jobs in {OLD} files, and would not look at a STAR file"
    return [Finding(WRONG_VERSION, message, severity=WARNING)]


def _by_name(text: JobText, job_type: JobType) -> tuple[dict[str, str], dict[str, int], list[Finding]]:
    """Return the options of a `job.star`; the last of two with the same name counts."""
    options: dict[str, str] = {}
    lines: dict[str, int] = {}
    known, queue = job_type.options, load_queue(job_type.version)
    for name, value, line in text.rows:
        if name in known:
            options[name] = value
            lines[name] = line
    unknown = [row for row in text.rows if row[0] not in known and number_of_entry(row[0], queue) is None]
    return options, lines, _all_unknown(unknown, job_type)


def _entries(text: JobText, version: str) -> Mapping[int, str]:
    """Return the fields that a site has added for its queue: RELION has them by variables of the environment."""
    queue = load_queue(version)
    numbered = ((number_of_entry(name, queue), value) for name, value, _ in text.rows)
    return {number: value for number, value in numbered if number is not None}


def _by_label(text: JobText, job_type: JobType) -> tuple[dict[str, str], dict[str, int], list[Finding]]:
    """Return the options of a `run.job`, which has labels in their place."""
    options: dict[str, str] = {}
    lines: dict[str, int] = {}
    for key, option in job_type.options.items():
        if (found := text.labelled(option.label)) is not None:
            options[key], lines[key] = found
    used = set(lines.values())
    findings = _all_unknown([row for row in text.rows if row[2] not in used], job_type)
    missing = [option for key, option in job_type.options.items() if key not in options]
    if missing and job_type.job_file == OLD:
        findings.append(_left_out(missing, job_type))
    return options, lines, findings


def _all_unknown(rows: Sequence[tuple[str, str, int]], job_type: JobType) -> list[Finding]:
    """Return a finding for each of the first rows that are not options, and one for all others together."""
    findings = [_unknown(name, line, job_type) for name, _, line in rows[:MOST_UNKNOWN]]
    if len(rows) > MOST_UNKNOWN:
        message = (
            f"and {len(rows) - MOST_UNKNOWN:,} more options that RELION {job_type.version} does not have"
        )
        route = (rows[MOST_UNKNOWN][2],)
        findings.append(Finding("RL104", message, route=route, on_key=True, severity=WARNING))
    return findings


def _unknown(name: str, line: int, job_type: JobType) -> Finding:
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    message = f"RELION {job_type.version} has no option `{shown}` for {job_type.name}, and ignores it"
    others = catalog.versions_with(job_type.name, name)
    near = None if others else catalog.nearest_option(job_type, name)
    advice = catalog.having(others) if others else f"`{near.key}` is the nearest" if near else ""
    return Finding("RL104", message, route=(line,), on_key=True, severity=WARNING, help=advice)


def _left_out(missing: list[Option], job_type: JobType) -> Finding:
    first = f"`{missing[0].label.strip()}`" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
    message = f"the file omits {first}; RELION {job_type.version} itself reads only whole {OLD} files"
    return Finding(LEFT_OUT, message, severity=WARNING, help="the defaults are taken for them")
