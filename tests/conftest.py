"""What every test needs: programs started here leave nothing in the caches of whoever runs the tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator


# Property tests draw the same examples in every run, so that a red run is about the change. To hunt for more:
# RELIONC_EXPLORE=1, which draws new ones.
settings.register_profile("repeatable", derandomize=True)
if os.environ.get("RELIONC_EXPLORE") != "1":
    settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give this run a build cache of its own, so that no test is answered from an earlier run."""
    before = dict(os.environ)
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ.pop("RELIONC_NO_CACHE", None)
    os.environ.pop("NO_COLOR", None)
    yield
    os.environ.clear()
    os.environ.update(before)
