"""Bytes of a file → `Tree`, or the reasons why not. Never raises on any input."""

from __future__ import annotations

from codecs import BOM_UTF8

from relionc.diag import Diagnostic, TextSpan
from relionc.record import NamedTuple
from relionc.source import events
from relionc.source.build import Builder, Refused
from relionc.source.characters import first_unsafe_in_file, name_of
from relionc.source.values import Tree
from relionc.store.regular import MAX_BYTES

_MAX_COLUMNS = (1 << 20) - 1  # what a packed position can hold


class Loaded(NamedTuple):
    """What came of a file. `tree` is None when it could not be read to its end.

    With a tree, there can still be errors (a duplicate key): later stages may add theirs, so that the user
    sees them all at once, but nothing may be built.
    """

    tree: Tree | None
    diagnostics: tuple[Diagnostic, ...] = ()


def load(data: bytes, path: str) -> Loaded:
    """Read one YAML document; `path` is only for messages."""
    if len(data) > MAX_BYTES:
        return _refuse(
            path,
            "RL009",
            f"this file has {len(data):,} bytes; a spec may have {MAX_BYTES:,}",
            help="split it",
        )
    text = _decode(data, path)
    if isinstance(text, Loaded):
        return text
    return load_text(text, path, events.source)


def load_text(text: str, path: str, source: events.Source) -> Loaded:
    """Read the document in `text` through an event source of one's choice."""
    bad = None if text.isascii() else first_unsafe_in_file(text)
    if bad is not None:
        return _unsafe(text, path, bad)
    if len(text) > _MAX_COLUMNS and max(map(len, text.splitlines())) > _MAX_COLUMNS:
        return _refuse(
            path, "RL009", "this file has a line of more than a million characters", help="break it up"
        )
    builder = Builder(source(text), path)
    try:
        return _built(builder, text, path)
    except events.SyntaxProblem as problem:
        if source is not events.from_python and events.falls_short(problem):
            again = _load_with_times(text, path)
            if again is not None:
                return again
        return Loaded(None, (*builder.diagnostics.shown(), _syntax(problem, text, path)))


def _load_with_times(text: str, path: str) -> Loaded | None:
    """Read a text that the C parser is too old for; None where what it said of the text has to do."""
    try:
        stream = events.from_c_with_times(text)
        if stream is not None:
            builder = Builder(stream, path)
            return _built(builder, text, path)
    except events.SyntaxProblem:
        pass
    return load_text(text, path, events.from_python) if len(text) <= events.MOST_FOR_PYTHON else None


def _built(builder: Builder, text: str, path: str) -> Loaded:
    """Return what a builder makes of its events; a syntax error is raised."""
    try:
        value = builder.run()
    except Refused:
        return Loaded(None, builder.diagnostics.shown())
    return Loaded(Tree(path, text, value, builder.marks, builder.links), builder.diagnostics.shown())


def _decode(data: bytes, path: str) -> str | Loaded:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _refuse(path, "RL002", "this file is UTF-16", help="save it as UTF-8")
    try:
        return data.removeprefix(BOM_UTF8).decode()  # `utf-8-sig` would be a module to load
    except UnicodeDecodeError as problem:
        before = problem.object[: problem.start].decode(errors="replace")
        return _refuse(
            path,
            "RL002",
            f"this file is not UTF-8: byte 0x{problem.object[problem.start]:02X} cannot stand here",
            _point(before, len(before)),
            help="save it as UTF-8",
        )


def _unsafe(text: str, path: str, index: int) -> Loaded:
    return _refuse(
        path,
        "RL010",
        f"this file holds {name_of(text[index])}; it would hide what the spec says",
        _point(text, index),
        help="delete the character, or retype the line",
    )


def _syntax(problem: events.SyntaxProblem, text: str, path: str) -> Diagnostic:
    """Explain a syntax error; raw control characters come through here too, when the text is ASCII."""
    bad = first_unsafe_in_file(text)
    if bad is not None:
        return _unsafe(text, path, bad).diagnostics[0]
    from relionc.source.syntax import explain

    told = explain(problem, text)
    span = TextSpan(told.line + 1, told.column + 1, told.line + 1, told.column + 2)
    return Diagnostic(
        code="RL001", severity="error", message=told.message, path=path, span=span, help=told.help
    )


def _point(text: str, index: int) -> TextSpan:
    from relionc.source.values import split_lines

    lines = split_lines(text[:index])
    return TextSpan(len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 2)


def _refuse(path: str, code: str, message: str, span: TextSpan | None = None, *, help: str) -> Loaded:  # noqa: A002 - the field's name
    return Loaded(
        None, (Diagnostic(code=code, severity="error", message=message, path=path, span=span, help=help),)
    )
