"""Reading ends: a test of files that would make it wait or go round for ever fails after a while."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 20


@pytest.fixture
def in_time() -> Iterator[None]:
    """Fail a test that takes too long; no `except` of the code tested can catch that."""

    def late(*_: object) -> None:
        pytest.fail(f"still at it after {_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
