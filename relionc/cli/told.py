"""What is told of specs: diagnostics, in each format. Loads nothing of the compiler."""

from __future__ import annotations

import os
import sys

from relionc import __version__
from relionc.cli import say
from relionc.diag import ERROR, Diagnostic
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.diag.excerpts import Lines
    from relionc.pipeline import Compiled
    from relionc.store.verdicts import Verdict

UNREAD = "RL011"


class ToldOfSpec(NamedTuple):
    """What there is to tell of a spec: of a compilation, just that."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Lines]
    not_checked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return not any(diagnostic.severity == ERROR for diagnostic in self.diagnostics)


def verdict(compiled: Compiled) -> Verdict:
    """Return what there is to tell of a spec as it is kept: of thousands, in little room."""
    from relionc.store.verdicts import Verdict, packed

    if not compiled.diagnostics:
        return Verdict(compiled.not_checked)
    from relionc.diag.plain import as_plain

    return Verdict(compiled.not_checked, packed((as_plain(compiled.diagnostics), compiled.sources)))


def told(kept: Verdict) -> ToldOfSpec:
    """Return what was kept."""
    if not kept.packed:
        return ToldOfSpec((), {}, kept.not_checked)
    from relionc.diag.plain import from_plain

    rows, sources = kept.said
    return ToldOfSpec(from_plain(rows), sources, kept.not_checked)


def unseen(path: str, error: OSError) -> ToldOfSpec:
    """Return what is told of what could not be looked at on the way to the specs."""
    message = f"this could not be looked at for specs: {error.strerror or 'it is not a regular file'}"
    return ToldOfSpec((Diagnostic(UNREAD, ERROR, message, path, None),), {})


def show_linted(format: str, paths: Sequence[str], results: Sequence[ToldOfSpec]) -> int:  # noqa: A002 - as below
    """Say what is wrong; returns the exit code. `paths` are those of the specs."""
    if format in ("sarif", "junit"):
        _report(format, paths, results)
    else:
        show(results, format, always=True)
    return 0 if all(result.ok for result in results) else 1


def _report(format: str, paths: Sequence[str], results: Sequence[ToldOfSpec]) -> None:  # noqa: A002 - as below
    """Write a report for another program to stdout: unlike diagnostics for people, it is a result."""
    from relionc.diag import reports

    diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
    if format == "sarif":
        say.result(reports.sarif(diagnostics, version=__version__))
    else:
        say.result(reports.junit(diagnostics, paths))


def show(results: Sequence[ToldOfSpec | Compiled], format: str, *, always: bool = False) -> None:  # noqa: A002 - the option's name
    """Write the diagnostics of all specs to stderr, and a line that counts them where there are any."""
    diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
    if format == "text":
        say.diagnostics(as_text(results) if diagnostics or always else "")
        return
    from relionc.diag import render

    say.diagnostics((render.json_lines if format == "json" else render.github)(diagnostics))


def as_text(results: Sequence[ToldOfSpec | Compiled]) -> str:
    """Return what `show` writes for people."""
    from relionc.diag.summary import summary

    diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
    missing = dict.fromkeys(text for result in results for text in result.not_checked)
    last = summary(diagnostics, len(results), list(missing)) + "\n"
    if not diagnostics:
        return last
    from relionc.diag import render

    sources: dict[str, dict[int, str]] = {}  # several specs may have the same profile
    for result in results:
        for path, lines in result.sources.items():
            sources.setdefault(path, {}).update(lines)
    return render.text(diagnostics, sources, color=colored()) + last


def colored() -> bool:
    """Whether stderr may have colour: a terminal, and nobody said no."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
