"""Tables that pytest prints after the tests: golden rows matched, draws that the installed RELION took.

Tests leave them as properties of their reports, which come from whatever process ran the test.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables of which there is something to say."""
    _golden_rows(terminalreporter)
    _draws(terminalreporter)


def _left(terminalreporter: pytest.TerminalReporter, name: str) -> Iterator[Any]:
    """Yield what tests left under a name, passed or failed."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            yield from (value for key, value in report.user_properties if key == name)


def _golden_rows(terminalreporter: pytest.TerminalReporter) -> None:
    table: Counter[tuple[str, str, str, str, bool]] = Counter()
    for rows in _left(terminalreporter, "golden rows"):
        table.update({tuple(key): count for key, count in rows})
    if table:
        terminalreporter.section("golden rows: matched / recorded")
        for line in _lines(table):
            terminalreporter.line(line)
    for release, names in _left(terminalreporter, "missing types"):
        if names:
            terminalreporter.line(f"{release}: the catalogue does not have {', '.join(names)}")


def _draws(terminalreporter: pytest.TerminalReporter) -> None:
    draws = {(release, name): Counter(seen) for release, name, seen in _left(terminalreporter, "draws")}
    for release in sorted({release for release, _ in draws}):
        terminalreporter.section(f"the real RELION {release}: draws accepted + refused, mismatches")
        of_release = {name: seen for (each, name), seen in sorted(draws.items()) if each == release}
        for name, seen in [*of_release.items(), ("all", sum(of_release.values(), Counter[str]()))]:
            counts = f"{seen['accepted']:5} + {seen['refused']:4}, {seen['mismatch']} mismatches"
            terminalreporter.line(f"{name:25} {counts}")


def _lines(table: Counter[tuple[str, str, str, str, bool]]) -> list[str]:
    lines = []
    for release in sorted({key[0] for key in table}):
        for row in [*sorted({key[2] for key in table if key[0] == release}), ""]:
            cells = [
                _cell(table, release, kind, row, how)
                for kind in ("golden", "fuzz")
                for how in ("accepted", "refused")
            ]
            lines.append(f"{release:6} {row or 'all':25} " + "  ".join(cells))
    matched = sum(count for key, count in table.items() if key[4])
    return [*lines, f"in all {matched} / {sum(table.values())}"]


def _cell(
    table: Counter[tuple[str, str, str, str, bool]], release: str, kind: str, name: str, how: str
) -> str:
    found = {key: count for key, count in table.items() if key[:2] == (release, kind) and key[3] == how}
    matched, missed = (
        sum(count for key, count in found.items() if key[4] is hit and name in ("", key[2]))
        for hit in (True, False)
    )
    return f"{kind} {how} {matched:4} / {matched + missed:4}"
