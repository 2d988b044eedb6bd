"""What every test needs: caches of its own, the same examples in every run, an end, and a share among workers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from summary import pytest_terminal_summary
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["pytest_terminal_summary"]  # a hook of pytest's, by its name

# Property tests draw the same examples in every run, so that a red run is about the change. To hunt for more:
# RELIONC_EXPLORE=1, which draws new ones. The pace is not judged: the machine may have other work.
_ANY_PACE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **_ANY_PACE)
settings.register_profile("exploring", **_ANY_PACE)
if os.environ.get("RELIONC_EXPLORE") == "1":
    settings.load_profile("exploring")
else:
    settings.load_profile("repeatable")
    # Hypothesis also draws constants that it reads in the modules imported so far, which differ from worker to
    # worker; there is no setting for it. A release that has no such function any more fails here.
    assert callable(providers._get_local_constants)
    providers._get_local_constants = providers.Constants  # type: ignore[attr-defined]

_BEFORE = dict(os.environ)

# Tests of this folder share a private Slurm, which a worker starts once; so do those that ask another Slurm. They wait
# more than they work, so those that run RELION itself have another worker, with a Slurm of its own.
_LAB = "tests/lab/"
_OF_RELION = re.compile(r"tests/lab/test_(chain|faults|guard_costs|pipeline|real_runs|run_commands)")
# These start Slurms of their own, and are files as any other.
_OWN_SLURM = re.compile(
    r"tests/lab/test_(cluster_check|lab_itself|of_profile|sites_accept|solver_on_slurm)\.py"
)
_GENERATION = re.compile(r"\[\d\d\.\d\d\b")
# What takes longest begins first, so that no worker is left with it at the end: the two of the lab, then this.
_LONGEST = ("tests/oracle/", "tests/store/test_kills.py", "tests/lab/test_solver_on_slurm.py", "tests/fuzz/")


def _is_worker(config: pytest.Config) -> bool:
    """Whether this is one of the processes that pytest-xdist has started."""
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Give this run caches of its own, before tests are collected: no test is answered from an earlier run.

    The catalogue of a checkout is compiled once, for all processes of the run.
    """
    if not _is_worker(config):
        os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="relionc-tests-")
    os.environ.pop("RELIONC_NO_CACHE", None)
    os.environ.pop("NO_COLOR", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove them, and give the environment back."""
    if not _is_worker(config):
        shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)
    os.environ.clear()
    os.environ.update(_BEFORE)


def _slurm_of(nodeid: str) -> str:
    """Return the Slurm that a test of the lab asks, as its id says it; nothing: none, or it is no test of the lab."""
    found = _GENERATION.search(nodeid) if nodeid.startswith(_LAB) else None
    return found[0] if found else ""


def _scope(nodeid: str) -> str:
    """Return what a worker takes as a whole: a file, or the tests that share a Slurm."""
    if not nodeid.startswith(_LAB) or _OWN_SLURM.match(nodeid):
        return nodeid.partition("::")[0] + _slurm_of(nodeid)
    return f"{_LAB}{'relion' if _OF_RELION.match(nodeid) else ''}{_slurm_of(nodeid)}"


def _turn(scope: str, first_slurm: str) -> int:
    """Return when a scope begins: those of the first Slurm of the lab, what takes long, other Slurms, all else."""
    order = (f"{_LAB}relion{first_slurm}", f"{_LAB}{first_slurm}", *_LONGEST, _LAB)
    return next((turn for turn, start in enumerate(order) if scope.startswith(start)), len(order))


class _ByFile(LoadScopeScheduling):
    """Gives a worker whole files, whose fixtures it makes once; of the lab, all tests that share a Slurm."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., object]) -> LoadScopeScheduling:
    """Share the tests among workers, in the order in which they come."""
    config.option.loadscopereorder = False
    return _ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with what takes longest."""
    if _is_worker(config):
        first_slurm = next(filter(None, (_slurm_of(item.nodeid) for item in items)), "")
        items.sort(key=lambda item: _turn(_scope(item.nodeid), first_slurm))


class TookTooLongError(BaseException):
    """A test is out of time.

    Not a failure in the eyes of Hypothesis, which would take it for an example to shrink, and wait again without end.
    """


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Iterator[None]:
    """Let nothing but pytest catch what pytest-timeout raises."""
    done = yield
    ring = signal.getsignal(signal.SIGALRM)

    def late(number: int, frame: object) -> None:
        try:
            ring(number, frame)
        except pytest.fail.Exception as reason:
            raise TookTooLongError(str(reason)) from None

    if callable(ring):
        signal.signal(signal.SIGALRM, late)
    return done
