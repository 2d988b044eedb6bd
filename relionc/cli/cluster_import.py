"""`relionc cluster import` and `collect`: a profile of what Slurm says, and the text of which one is made."""

from __future__ import annotations

import os
import sys

from relionc.cli import files, say
from relionc.cli.options import CallError
from relionc.pipeline.cluster_file import NotUpdatedError, before, imported, own
from relionc.record import NamedTuple
from relionc.store.new_file import create, replace
from relionc.store.paths import StoreError
from relionc.survey import live, saved
from relionc.survey.draft import NoClusterError, draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.pipeline.cluster_file import Before
    from relionc.site.types import Plain
    from relionc.survey.draft import Draft
    from relionc.survey.questions import SiteQuestion
    from relionc.survey.told import Survey

_TRIES = 3


class ImportCall(NamedTuple):
    """A call: saved texts, none for a live cluster; `out` is for people's knowledge, the other file is beside it."""

    paths: tuple[str, ...]
    out: str
    name: str | None = None
    date: str | None = None
    all: bool = False
    asks: bool = True
    update: bool = False


def run(call: ImportCall) -> int:
    """Write a profile of what Slurm says, or bring one up to date; returns the exit code."""
    try:
        return _run(call)
    except NotUpdatedError as error:
        from relionc.cli.told import colored
        from relionc.diag import render
        from relionc.diag.excerpts import lines_shown

        path = _imported_path(call.out)
        lines = lines_shown(error.diagnostics, {path: error.text})
        say.diagnostics(render.text(error.diagnostics, lines, color=colored()))
        say.trouble(f"{path} cannot be read, so nothing was written over it")
        return 1
    except NoClusterError as error:
        say.trouble(error)
        return 1
    except (CallError, StoreError, live.NotAskedError) as error:
        say.trouble(error)
        return 2


def _run(call: ImportCall) -> int:
    if not call.out.endswith((".yaml", ".yml")):
        raise CallError(f"-o names the file of a profile, which ends in .yaml, and not {call.out}")
    path = _imported_path(call.out)
    old = _old(path, call)
    told = _told(call.paths)
    found = draft(
        told,
        date=call.date or "",
        everything=call.all,
        before=old.node_types if old else None,
    )
    name = call.name or (str(old.values.get("name")) if old and old.values.get("name") else None)
    if name:
        found.values["name"] = name
    text = imported(found, os.path.basename(call.out), old)
    if told.unused:
        names = ", ".join(map(say.on_one_line, told.unused[:10]))
        say.result(f"not used, as nothing was found in them: {names}\n")
    return _update(path, text, old) if old else _first(call, path, text, found)


def _imported_path(out: str) -> str:
    stem, ending = os.path.splitext(out)
    return f"{stem}{files.IMPORTED}{ending}"


def _old(path: str, call: ImportCall) -> Before | None:
    """Return what was imported before, for an update; without one it must not be there."""
    try:
        data = files.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CallError(f"cannot read {path}: {error.strerror or error}") from None
    if not call.update:
        raise CallError(f"{path} is there already: --update brings it up to date, -o writes another one")
    return before(data, path)


def _told(paths: Sequence[str]) -> Survey:
    if not paths:
        return live.read()
    try:
        return saved.read(paths)
    except OSError as error:
        where = error.filename or ", ".join(paths)
        raise CallError(f"cannot read {where}: {error.strerror or error}") from None


def _update(path: str, text: str, old: Before) -> int:
    """Write over the file of the last import, and show what changes."""
    if text == old.tree.text:
        say.result(f"unchanged {say.on_one_line(path)}\n")
        return 0
    import difflib

    lines = difflib.unified_diff(old.tree.text.splitlines(), text.splitlines(), path, path, n=0, lineterm="")
    say.result("".join(f"{line}\n" for line in lines))
    replace(path, text.encode())
    say.result(f"updated {say.on_one_line(path)}\n")
    return 0


def _first(call: ImportCall, path: str, text: str, found: Draft) -> int:
    has_own = os.path.exists(call.out)
    answers = {} if has_own or not call.asks else _answers(found.questions)
    create(path, text.encode(), folder=True)
    say.result(f"wrote {say.on_one_line(path)}: {_counted(found)}\n")
    for remark in found.remarks:
        say.result(f"  {say.on_one_line(remark)}\n")
    if has_own:
        say.result(f"{say.on_one_line(call.out)} is there already, and stays as it is\n")
        return 0
    create(call.out, own(found, answers, os.path.basename(path)).encode())
    say.result(f"wrote {say.on_one_line(call.out)}, where people's knowledge stands\n")
    _list([question for question in found.questions if question.key not in answers])
    from relionc.emit.shell import pasted_path

    shown = call.out if "/" in call.out else f"./{call.out}"
    say.result(f"next: relionc cluster show {pasted_path(shown)}\n")
    return 0


def _counted(found: Draft) -> str:
    """Return how many node types and partitions there are, and what of it is a guess."""
    sources = found.values.get("sources")
    guessed = (
        [path for path, each in sources.items() if "unverified" in each] if isinstance(sources, dict) else []
    )
    return (
        f"{_number(len(found.values['node_types']), 'node type')}, "  # type: ignore[arg-type]
        f"{_number(len(found.values['partitions']), 'partition')}; "  # type: ignore[arg-type]
        f"guesses: {', '.join(_short(guessed)) or 'none'}"
    )


def _short(paths: Sequence[str]) -> list[str]:
    """Return paths with names of node types left out: there may be many."""
    return list(
        dict.fromkeys(path.rpartition(".")[2] if path.startswith("node_types.") else path for path in paths)
    )


def _number(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _list(questions: Sequence[SiteQuestion]) -> None:
    if questions:
        say.result(f"{_number(len(questions), 'question')} that Slurm cannot answer:\n")
    for number, question in enumerate(questions, 1):
        say.result(f"  {number}. {say.on_one_line(question.ask)}\n     {say.on_one_line(question.how)}\n")


def _answers(questions: Sequence[SiteQuestion]) -> Mapping[str, dict[str, Plain]]:
    """Ask at a terminal; what is not answered stays open."""
    answers: dict[str, dict[str, Plain]] = {}
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return answers
    say.diagnostics("Slurm cannot tell the rest. An empty answer leaves a question open.\n")
    try:
        for question in questions:
            values = _answer(question)
            if values:
                answers[question.key] = values
    except (EOFError, KeyboardInterrupt):
        say.diagnostics("\n")
    return answers


def _answer(question: SiteQuestion) -> dict[str, Plain]:
    say.diagnostics(f"\n{question.ask}\n  ({question.how}; for example: {question.example})\n")
    for _ in range(_TRIES):
        say.diagnostics("> ")
        line = sys.stdin.readline(4096)
        if not line:
            raise EOFError
        if not line.strip():
            return {}
        try:
            return question.values(line.strip())
        except ValueError as error:
            say.diagnostics(f"  {error}\n")
    return {}


def _expect_new(folder: str) -> None:
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise CallError(f"{folder} is there already; name a folder that is not")


def collect(folder: str) -> int:
    """Write what Slurm says into a folder: only words that a profile is made of. Returns the exit code."""
    from relionc.survey.collect import files as collected

    try:
        _expect_new(folder)
        found = collected(live.read())
        for name, content in found.items():
            create(os.path.join(folder, name), content, folder=True)
    except (CallError, StoreError, live.NotAskedError) as error:
        say.trouble(error)
        return 2
    except OSError as error:
        say.trouble(f"cannot write {folder}: {error.strerror or error}")
        return 2
    say.result(f"wrote {say.on_one_line(folder)}: {', '.join(found)}\n")
    return 0
