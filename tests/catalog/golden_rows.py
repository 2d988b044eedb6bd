"""What RELION's own job code made of given options, recorded once per release (`tests/data/golden`)."""

from __future__ import annotations

import functools
import gzip
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from relionc import catalog
from relionc.data.project import Project
from relionc.expr import refs
from relionc.ir import CommandLine, Glob, ShellRef, Word
from relionc.lower.commands import RelionCommands, relion_commands

if TYPE_CHECKING:
    from relionc.catalog import JobType

HERE = Path(__file__).parent
DATA = HERE.parent / "data" / "golden"
RELEASES = ("2.1", "3.0.8", "3.1.3", "4.0.2", "5.0.1", "5.1.0")
KINDS = ("golden", "fuzz")
PROJECT = Project(str(DATA / "project"))  # the files that RELION looked into when it was asked
JOB_ID = "4242"  # what the shell made of SLURM_JOB_ID when the words were recorded

Row = dict[str, Any]


class Job(NamedTuple):
    """A job type as RELION itself lists it; `facts` are its entry in `tests/data/joboptions`."""

    release: str
    facts: dict[str, Any]

    @property
    def key(self) -> tuple[str, bool]:
        return str(self.facts["job_type_label"] or self.facts["job_type_id"]), self.facts["is_tomo"]

    @property
    def title(self) -> str:
        return self.facts["job_dir"] + (" (tomo)" if self.facts["is_tomo"] else "")

    def ours(self) -> JobType | None:
        """Return the job type of the catalogue, if it has this one."""
        name = names(self.release).get(self.key)
        return catalog.load(name, version_of(self.release)) if name else None


def version_of(release: str) -> str:
    version = catalog.series(release)
    assert version
    return version


@functools.cache
def names(release: str) -> dict[tuple[str, bool], str]:
    """Return the names of the catalogue's job types by RELION's number or label and whether it is for tomograms."""
    version = version_of(release)
    found = {name: catalog.load(name, version) for name in catalog.types(version)}
    return {(job_type.type_id, bool(job_type.is_tomo)): name for name, job_type in found.items()}


@functools.cache
def jobs(release: str) -> dict[tuple[str, bool], Job]:
    """Return RELION's own list of job types, by number or label and whether it is for tomograms."""
    text = (HERE.parent / "data" / "joboptions" / f"{release}.json").read_text("utf-8")
    return {job.key: job for job in (Job(release, facts) for facts in json.loads(text)["jobs"])}


def all_jobs() -> list[Job]:
    return [job for release in RELEASES for job in jobs(release).values()]


def key_of(row: Row, release: str) -> tuple[str, bool]:
    """Return the job type of a row.

    From 4.0 on RELION names it by a label, to which it has added what the options made of it. A type without a form of
    its own for tomograms is the same there.
    """
    label = str(row["job_type_id"]) if release < "4" else row["job_type"]
    while label:
        for key in ((label, bool(row["is_tomo"])), (label, False)):
            if key in jobs(release):
                return key
        label = label.rpartition(".")[0]
    raise KeyError(row["job_type"])


@functools.cache
def rows(release: str, kind: str) -> tuple[Row, ...]:
    """Return the recorded rows of a release: `golden` (chosen by hand) or `fuzz` (one option at a time, random).

    Each knows its line in the file.
    """
    if kind == "golden":
        text = (DATA / f"{release}.jsonl").read_text("utf-8")
    else:
        text = gzip.decompress((DATA / f"{release}.fuzz.jsonl.gz").read_bytes()).decode("utf-8")
    return tuple({**json.loads(line), "line": number} for number, line in enumerate(text.splitlines(), 1))


@functools.cache
def exceptions() -> dict[tuple[str, str, int], str]:
    """Return the rows that record no answer of RELION, but a crash or memory it never set, and why.

    Keys are (release, kind, line).
    """
    table = {}
    for line in (HERE / "exceptions.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            release, kind, number, why = line.split(maxsplit=3)
            table[release, kind, int(number)] = why
    return table


@functools.cache
def _rows_by_type(release: str, kind: str) -> dict[tuple[str, bool], list[Row]]:
    table: dict[tuple[str, bool], list[Row]] = {}
    for row in rows(release, kind):
        table.setdefault(key_of(row, release), []).append(row)
    return table


def rows_of(release: str, kind: str, job_type: JobType) -> list[Row]:
    """Return the recorded rows of one job type."""
    return _rows_by_type(release, kind).get((job_type.type_id, bool(job_type.is_tomo)), [])


def made_of(row: Row, job_type: JobType) -> RelionCommands:
    """Return what we make of a row's options; `$NAME` in them is a shell reference, as RELION leaves it one."""
    options = {key: with_references(value) for key, value in row["set"].items()}
    return relion_commands(
        job_type, options, output=row["outputname"], is_continue=row["is_continue"], files=PROJECT
    )


def with_references(text: str) -> refs.AnyText:
    return refs.braced(re.sub(r"\$\{?([A-Za-z_]\w*)\}?", r"${\1}", text))


def words_of(command: CommandLine) -> list[str]:
    """Return the words of a command as the recorder saw them: no wildcard matched a file there."""
    words = [_plain(word) for word in command.words]
    if command.stdin is not None:
        words += ["<", *filter(None, [_plain(command.stdin)])]
    if command.stdout is None:
        return words
    return [*words, ">>" if command.append else ">", _plain(command.stdout)]


def _plain(word: Word) -> str:
    return "".join(
        JOB_ID if isinstance(part, ShellRef) else part.pattern if isinstance(part, Glob) else part
        for part in word
    )


def words_of_text(text: str) -> list[str]:
    """Return what a shell makes of RELION's text; the programs are those on the PATH."""
    return shlex.split(re.sub(r"`which (\S+)`", r"\1", text).replace("$SLURM_JOB_ID", JOB_ID))


def recorded_words(row: Row) -> list[list[str]]:
    """Return the recorded words of a row.

    The recorder ran each command with its program replaced; it had no replacement for `ls` and `awk` and repeated
    the command before it, so those words are read from the text, as are all of the fuzz rows, which have none.
    """
    recorded: list[list[str]] = row.get("argv") or []
    return [
        words_of_text(text) if text.startswith(("ls ", "awk ")) or not recorded else recorded[place]
        for place, text in enumerate(row["commands"])
    ]


def difference(row: Row, job_type: JobType) -> str:
    """Return in what we differ from a row, or nothing."""
    made = made_of(row, job_type)
    if not row["ok"]:
        return "" if made.refusals else f"RELION refuses: {row['error']}"
    if made.refusals:
        return f"refused: {made.refusals}"
    texts = [text.replace("${SLURM_JOB_ID}", "$SLURM_JOB_ID") for text in made.texts]
    if texts != row["commands"]:
        return f"text {texts} is not {row['commands']}"
    words = [words_of(command) for command in made.commands]
    if words != recorded_words(row):
        return f"words {words} are not {recorded_words(row)}"
    return _nodes_differ(made, row) if "input_nodes" in row else ""


def _nodes_differ(made: RelionCommands, row: Row) -> str:
    for name, ours in (("input_nodes", made.input_nodes), ("output_nodes", made.output_nodes)):
        if [list(node) for node in ours] != row[name]:
            return f"{name} {ours} are not {row[name]}"
    return ""


Facts = dict[str, tuple[Any, ...]]


def facts_of_relion(job: Job) -> Facts:
    """Return label, kind, default, choices, kind of file and bounds of a job's options, as RELION's window has them."""
    return {option["key"]: _facts(option) for option in job.facts["options"]}


def _facts(option: dict[str, Any]) -> tuple[Any, ...]:
    kind = {"inputnode": "node"}.get(option["type"], option["type"])
    bounds = tuple(round(option[name], 6) if name in option else None for name in ("min", "max"))
    choices = tuple(option.get("choices", ()))
    return option["label"], kind, option["default"], choices, option.get("node_type", ""), bounds


def our_facts(job_type: JobType) -> Facts:
    """Return the same of a job type of the catalogue."""
    return {
        key: (
            option.label,
            option.kind,
            option.default,
            option.choices,
            option.node_type,
            (option.minimum, option.maximum),
        )
        for key, option in job_type.options.items()
    }
