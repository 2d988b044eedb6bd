"""`relionc commands`: what RELION itself would run for its job files."""

from __future__ import annotations

import os

from relionc import catalog
from relionc.cli import files, say
from relionc.cli.job_folder import job_folder
from relionc.cli.options import CallError
from relionc.data.project import Project
from relionc.diag import ERROR, Diagnostic
from relionc.pipeline.jobfile import Answer, answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.catalog.program import Files

CANNOT_READ = "RL143"
PIPELINE = "default_pipeline.star"
"""The file that makes a folder a project of RELION."""


def run(paths: Sequence[str], *, relion: str, job_number: int | None, format: str) -> int:  # noqa: A002 - the option's name
    """Print the commands of each job file; returns the exit code."""
    try:
        version = catalog.version(relion)
    except catalog.UnknownVersion as error:
        say.trouble(error)
        return 2
    codes = [0]
    project = Project() if os.path.exists(PIPELINE) else None
    for path in paths:
        found = _answer(path, version, job_number, project)
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


def _answer(path: str, version: str, job_number: int | None, project: Files | None) -> Answer:
    """Answer for one file; one that cannot be read is said like any other trouble with it."""
    try:
        data = files.read(path)
    except OSError as error:
        message = f"cannot read {path}: {error.strerror or error}"
        return Answer(path, diagnostics=(Diagnostic(CANNOT_READ, ERROR, message, path, None),))
    return answer(path, data, version, job_folder(path, job_number), project)


def as_json(found: Answer) -> str:
    """Return an answer as one line of JSON."""
    import json

    from relionc.diag.render import as_data
    from relionc.diag.summary import ordered

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
        from relionc.cli.told import colored
        from relionc.diag import render
        from relionc.diag.excerpts import lines_shown

        lines = lines_shown(found.diagnostics, {found.path: found.source})
        say.diagnostics(render.text(found.diagnostics, lines, color=colored()))
    if title and found.ok:
        say.result(f"# {say.on_one_line(found.path)}\n")
    commands = "".join(f"{text}\n" for text in found.texts)
    say.exact(commands.encode("utf-8", "surrogateescape"), instead="as JSON it can be printed")


def _code(found: Answer) -> int:
    if any(diagnostic.code == CANNOT_READ for diagnostic in found.diagnostics):
        return 2
    return 0 if found.ok else 1
