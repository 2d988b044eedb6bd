"""The build directory that a command is about, and how a command ends that cannot do what it was called for."""

from __future__ import annotations

from relionc.cli import say
from relionc.cli.options import CallError
from relionc.runs import built
from relionc.runs.built import in_table
from relionc.runs.clients import SlurmError
from relionc.runs.submit import NotSubmitted
from relionc.store.paths import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relionc.runs.built import Build


def opened(path: str, names: Sequence[str]) -> Build:
    """Return the build at a path, which has the named jobs; raises CallError, StoreError."""
    if path.endswith((".yaml", ".yml")):
        raise CallError(f"{path} is a spec: name the folder that `relionc build` has made of it")
    build = built.read(path)
    known = {job.name for job in build.jobs} | build.tables.keys()
    for name in names:
        if name not in known:
            there = [*build.tables, *(job.name for job in build.jobs if not in_table(job))]
            raise CallError(f"there is no job `{name}` in {path}: it has {', '.join(there)}")
    return build


def meant(build: Build, names: Sequence[str]) -> frozenset[str]:
    """Return the jobs of a build that names stand for: that of a table is for all its points."""
    tables = build.tables
    return frozenset(one for name in names for one in tables.get(name, [name]))


def exit_code(work: Callable[[], int]) -> int:
    """Do the work of a command and return its exit code: 1 where nothing was submitted, 2 where nothing can be done."""
    try:
        return work()
    except NotSubmitted as refused:
        say.trouble(f"nothing was submitted: {refused}")
        return 1
    except (CallError, StoreError, SlurmError) as error:
        say.trouble(error)
        return 2
