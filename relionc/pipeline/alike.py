"""Specs in which nothing was found: of many, one that says the same but for the name of its job is fine too."""

from __future__ import annotations

import os
import re

from relionc.pipeline.other_runs import file_in_its_place
from relionc.record import NamedTuple
from relionc.source.scalars import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.expr import AnyText
    from relionc.pipeline.run import Disk, Request
    from relionc.pipeline.stages import Progress
    from relionc.source import Tree

MOST_KEPT = 256
"""Specs that are remembered, at some kilobytes each; with more of them all are forgotten."""
_REST = rb"[ ]*(?:#.*)?\r?\n"
_NAME = re.compile(rb"(?m)^jobs:%b(?:%b)*[ ]+([A-Za-z][A-Za-z0-9_-]{0,63}):%b" % (_REST, _REST, _REST))
"""The name of the first job of a spec as nearly everybody writes it: a word on a line of its own."""
_OF_OTHERS = b"jobs"
"""What an expression has that looks at a job by its name, whoever made it."""

_Key = tuple[str, bytes, bytes]


class _NamedJob(NamedTuple):
    """A spec that begins with a job on a line of its own."""

    key: _Key  # its folder, and its bytes before and after the name
    name: str
    place: tuple[int, int]  # of the name: line and column, from 0


class _Looked(NamedTuple):
    """What is known of a spec with one job, and of every other with another name for it."""

    job_dir: str
    output: str  # empty: of the job's name
    project: AnyText
    not_checked: tuple[str, ...]
    files: dict[str, bytes]
    looked_at: tuple[str, ...]
    listed: tuple[tuple[str, str], ...]


class Alike:
    """What was not checked of specs in which nothing was found.

    For calls whose options are the same for every spec. Only specs of one job are compared, by their bytes: of all that
    a spec says, a name matters to other jobs and to the folder that the job writes to, and to nothing else.
    """

    def __init__(self) -> None:
        self._looked: dict[_Key, _Looked] = {}

    def known(self, request: Request, disk: Disk) -> tuple[str, ...] | None:
        """Return what is not checked of a spec in which nothing can be found; None where that is open."""
        named = _named(request)
        looked = None if named is None else self._looked.get(named.key)
        if named is None or looked is None:
            return None
        output = looked.output or f"{looked.job_dir}/{named.name}/"
        there = disk.look(output, str(looked.project))  # a run in it may be another job's
        if file_in_its_place(output, looked.project, disk) or there is None or there.there:
            return None
        disk.files.update(looked.files)
        disk.looked_at += looked.looked_at
        disk.listed += looked.listed
        return looked.not_checked

    def remember(self, request: Request, made: Progress, disk: Disk) -> None:
        """Remember a spec in which nothing was found."""
        named = _named(request)
        if named is None or made.spec is None or made.tree is None or len(made.spec.jobs) != 1:
            return
        (job,) = made.spec.jobs
        if any(each.file or each.made for each in job.inputs.values()) or not _is_at(named, made.tree):
            return
        if len(self._looked) >= MOST_KEPT:
            self._looked.clear()
        usual = job.output == f"{job.type.job_dir}/{job.name}/"
        self._looked[named.key] = _Looked(
            job.type.job_dir,
            "" if usual else job.output,
            job.project,
            made.not_checked,
            {path: data for path, data in disk.files.items() if path != request.path},
            tuple(dict.fromkeys(disk.looked_at)),
            tuple(dict.fromkeys(disk.listed)),
        )


def _named(request: Request) -> _NamedJob | None:
    """Return a spec apart from the name of its job; None where that cannot be told by a look, or is named elsewhere."""
    data = request.data
    found = _NAME.search(data)
    if found is None or data.count(_OF_OTHERS) > 1:
        return None
    start, end = found.span(1)
    name = found[1].decode()
    if name in WORDS:
        return None
    place = data.count(b"\n", 0, start), start - data.rfind(b"\n", 0, start) - 1
    return _NamedJob((os.path.dirname(request.path), data[:start], data[end:]), name, place)


def _is_at(named: _NamedJob, tree: Tree) -> bool:
    """Whether what looks like the name of the only job is it, and not part of a text."""
    mark = tree.marks.get(("jobs", named.name))
    return mark is not None and mark[0] == named.place[0] << 20 | named.place[1]
