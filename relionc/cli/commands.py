"""`relionc commands`: what RELION itself would run for its job files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from relionc import catalog
from relionc.cli import files, say
from relionc.cli.files import CallError
from relionc.data.project import Project
from relionc.data.skim import TooMuch
from relionc.diag import ERROR, Diagnostic, Finding
from relionc.diag.locate import locate_all
from relionc.ir import Glob
from relionc.lower.commands import make
from relionc.source import jobfile
from relionc.spec.jobfile import resolve, with_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.program import Files
    from relionc.ir import CommandLine, Word
    from relionc.lower.commands import Made
    from relionc.spec.jobfile import Job

CANNOT_READ, TOO_LARGE = "RL143", "RL144"
PIPELINE = "default_pipeline.star"
"""The file that makes a folder a project of RELION."""


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


def run(paths: Sequence[str], *, relion: str, job_number: int, format: str) -> int:  # noqa: A002 - the option's name
    """Print the commands of each job file; returns the exit code."""
    version = catalog.series(relion)
    if version is None:
        known = ", ".join(catalog.versions())
        say.trouble(f"RELION {relion} is not in the catalogue; it has {known}")
        return 2
    codes = [0]
    project = Project() if os.path.exists(PIPELINE) else None
    for path in paths:
        found = answer(path, version, job_number, project)
        codes.append(_code(found))
        if format == "json":
            say.json(as_json(found))
            continue
        try:
            _show(found, title=len(paths) > 1)
        except CallError as error:
            say.trouble(f"{path}: {error}")
            codes.append(2)
    return max(codes)


def answer(path: str, version: str, job_number: int, project: Files | None = None) -> Answer:
    """Return what a version of RELION makes of a job file; its output folder is that of job `job_number`.

    A few job types look into files of the `project`; without one, those are taken to be there.
    """
    try:
        text = jobfile.read(files.read(path), path)
    except OSError as error:
        message = f"cannot read {path}: {error.strerror or error}"
        return Answer(path, diagnostics=(Diagnostic(CANNOT_READ, ERROR, message, path, None),))
    except jobfile.NotRead as refusal:
        return Answer(path, diagnostics=(refusal.diagnostic,))
    job, findings = resolve(text, version)
    if job is None:
        return Answer(path, diagnostics=tuple(locate_all(findings, text)), source=text.text)
    output = f"{job.type.job_dir}/job{job_number:03d}/"
    try:
        made = make(job.type, job.options, output=output, is_continue=job.is_continue, files=project)
    except TooMuch:
        message = (
            "RELION's command depends on files of the project that are too large, or too many, to look at"
        )
        return Answer(path, diagnostics=(Diagnostic(TOO_LARGE, ERROR, message, path, None),))
    refusals = _refusals(job, made)
    refused = {finding.route for finding in refusals if finding.route}
    findings = [*(finding for finding in findings if finding.route not in refused), *refusals]
    found = tuple(locate_all(findings, text)) if findings else ()
    if made.refusals:
        return Answer(path, diagnostics=found, source=text.text)
    words = tuple(tuple(_plain_words(command)) for command in made.commands)
    return Answer(path, made.texts, words, found, text.text)


def _refusals(job: Job, made: Made) -> list[Finding]:
    return [
        Finding(
            code=refusal.code,
            message=refusal.message,
            route=(job.lines[refusal.option],) if refusal.option in job.lines else (),
            help=refusal.help,
        )
        for refusal in made.refusals
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


def as_json(found: Answer) -> str:
    """Return an answer as one line of JSON."""
    import json

    from relionc.diag.render import as_data, ordered

    data = {
        "file": found.path,
        "ok": found.ok,
        "commands": found.texts,
        "argv": found.words,
        "diagnostics": [as_data(each) for each in ordered(found.diagnostics)],
    }
    return json.dumps(data) + "\n"


def _show(found: Answer, *, title: bool) -> None:
    """Print the commands, and to stderr what is wrong."""
    if found.diagnostics:
        from relionc.cli.build import colored
        from relionc.diag import render

        say.diagnostics(render.text(found.diagnostics, {found.path: found.source}, color=colored()))
    if title and found.ok:
        say.result(f"# {say.on_one_line(found.path)}\n")
    commands = "".join(f"{text}\n" for text in found.texts)
    say.exact(commands.encode("utf-8", "surrogateescape"), instead="as JSON it can be printed")


def _code(found: Answer) -> int:
    if any(diagnostic.code == CANNOT_READ for diagnostic in found.diagnostics):
        return 2
    return 0 if found.ok else 1
