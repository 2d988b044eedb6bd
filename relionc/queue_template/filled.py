"""A template of RELION's for submission scripts beside what becomes of it for one job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relionc.queue_template.placeholders import NAME
from relionc.record import NamedTuple
from relionc.slurm.directives import MARK, first_command, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog.queue import Queue
    from relionc.slurm.directives import Said


class FilledTemplate(NamedTuple):
    """A template beside what became of it: `lines` as written by the site, `after` with the names replaced.

    `options` are those of the directives of `after` that Slurm reads.
    Places are (line, column) or (line, column, end column) of the template, all counted from 1.
    """

    lines: Sequence[str]
    after: Sequence[str]
    queue: Queue
    replacing: Mapping[str, str]
    version: str
    slurm: bool  # whether Slurm reads the directives
    options: Sequence[Said]
    planned: Mapping[
        str, str | None
    ]  # the sbatch options that the plan decided, but for the job's name and files
    ranks: int
    free_entry: str  # the first of the site's entries that the template does not use

    def command_places(self) -> Iterator[tuple[int, int]]:
        """Yield each place for the commands."""
        command = re.compile(re.escape(self.queue.command))
        for number, line in enumerate(self.lines, 1):
            if self.queue.command in line:
                yield from ((number, found.start() + 1) for found in command.finditer(line))

    def names(self) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield each name that looks like one of RELION's, with its line."""
        for number, line in enumerate(self.lines, 1):
            for found in NAME.finditer(line):
                yield number, found

    @staticmethod
    def has_name(text: str) -> bool:
        """Return whether a text holds a name that looks like one of RELION's."""
        return NAME.search(text) is not None

    def body(self, number: int) -> tuple[int, int, int]:
        """Return where the options of a directive stand."""
        return number, len(MARK) + 2, len(self.lines[number - 1].rstrip()) + 1


def options_read(script: Sequence[str]) -> Iterator[Said]:
    """Yield the options of a script's directives that Slurm reads."""
    return said(script[: first_command(script) - 1])
