"""The tables of golden rows and of draws, printed after the tests."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

_TABLE = pytest.StashKey[Counter[tuple[str, str, str, str, bool]]]()
_ORACLE = pytest.StashKey[dict[str, Counter[str]]]()
_MISSING = pytest.StashKey[dict[str, list[str]]]()


@pytest.fixture
def golden_table(request: pytest.FixtureRequest) -> Counter[tuple[str, str, str, str, bool]]:
    """Counts (release, kind, type, accepted or refused, matched)."""
    return request.config.stash.setdefault(_TABLE, Counter())


@pytest.fixture
def missing_types(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """Release → the job types of RELION that the catalogue does not have."""
    return request.config.stash.setdefault(_MISSING, {})


@pytest.fixture
def oracle_table(request: pytest.FixtureRequest) -> dict[str, Counter[str]]:
    """Job type → draws that the installed RELION accepted, refused, and where we differ."""
    return request.config.stash.setdefault(_ORACLE, {})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    table, missing = config.stash.get(_TABLE, None), config.stash.get(_MISSING, {})
    if table:
        terminalreporter.section("golden rows: matched / recorded")
        for line in _lines(table):
            terminalreporter.line(line)
    for release, names in missing.items():
        terminalreporter.line(f"{release}: the catalogue does not have {', '.join(names)}")
    draws = config.stash.get(_ORACLE, {})
    if draws:
        terminalreporter.section("installed RELION 3.1: draws accepted + refused, mismatches")
        total = sum(draws.values(), Counter[str]())
        for name, seen in [*sorted(draws.items()), ("all", total)]:
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
