"""What every test needs: programs started here leave nothing in the caches of whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import tempfile

from hypothesis import settings

# Property tests draw the same examples in every run, so that a red run is about the change. To hunt for more:
# RELIONC_EXPLORE=1, which draws new ones.
settings.register_profile("repeatable", derandomize=True)
if os.environ.get("RELIONC_EXPLORE") != "1":
    settings.load_profile("repeatable")


_BEFORE = dict(os.environ)


def pytest_configure() -> None:
    """Give this run caches of its own, before tests are collected: no test is answered from an earlier run.

    The catalogue of a checkout is compiled once, for all processes of the run.
    """
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="relionc-tests-")
    os.environ.pop("RELIONC_NO_CACHE", None)
    os.environ.pop("NO_COLOR", None)


def pytest_unconfigure() -> None:
    """Remove them, and give the environment back."""
    shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)
    os.environ.clear()
    os.environ.update(_BEFORE)
