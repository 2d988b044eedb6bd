"""The table of golden rows, printed after the tests."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

_TABLE = pytest.StashKey[Counter[tuple[str, str, str, str, bool]]]()


@pytest.fixture
def golden_table(request: pytest.FixtureRequest) -> Counter[tuple[str, str, str, str, bool]]:
    """Counts (release, kind, type, accepted or refused, matched)."""
    return request.config.stash.setdefault(_TABLE, Counter())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    table = config.stash.get(_TABLE, None)
    if not table:
        return
    terminalreporter.section("golden rows: matched / recorded")
    for row in sorted({key[:4] for key in table}):
        matched, missed = table[*row, True], table[*row, False]
        terminalreporter.line(
            f"{row[0]:6} {row[1]:7} {row[2]:11} {row[3]:9} {matched:5} / {matched + missed}"
        )
    total = sum(table.values())
    terminalreporter.line(f"in all {total - sum(n for key, n in table.items() if not key[4])} / {total}")
