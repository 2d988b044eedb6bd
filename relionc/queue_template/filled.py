"""A template of RELION's for submission scripts beside what becomes of it for one job."""

from __future__ import annotations

import re

from relionc.queue_template.placeholders import NAME, replaced
from relionc.queue_template.reading import BACKTICKS, DOUBLE, PRINTED, SINGLE
from relionc.record import NamedTuple
from relionc.slurm.directives import MARK, first_command, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog.queue import Queue
    from relionc.queue_template.asked import Asked
    from relionc.queue_template.job import FreeEntries
    from relionc.queue_template.reading import Reading
    from relionc.slurm.directives import Said

_ONLY_PRINTS = re.compile(r"\s*(echo|printf|:)\b[^|>]*\Z")
_ASSIGNS = re.compile(r"(?:^|[\s;&|(])[A-Za-z_]\w*\+?=\Z")
_QUOTED = re.compile(r"""(?:\S+ +)?"[^"]*"|\\.""")
_RUNS_TEXT = re.compile(r"\b(eval|source)\b|\s-l?c\s|<<<")


class Wish(NamedTuple):
    """What an option of a directive wants an entry of the site's to be, for one plan."""

    option: Said
    number: int
    text: str


class FilledTemplate(NamedTuple):
    """A template beside what became of it: `lines` as written by the site, `after` with the names replaced.

    `there` are the options of its own directives that Slurm reads, `options` those of `after`; `commands` are RELION's,
    each with whether it goes into the line of the commands.
    Places are (line, column) or (line, column, end column) of the template, all counted from 1.
    """

    lines: Sequence[str]
    after: Sequence[str]
    queue: Queue
    replacing: Mapping[str, str]
    version: str
    slurm: bool  # whether Slurm reads the directives
    there: Sequence[Said]
    options: Sequence[Said]
    asked: Asked
    ranks: int
    commands: Sequence[tuple[str, bool]]
    reading: Reading
    wishes: Sequence[Wish]
    free: FreeEntries

    def command_places(self) -> Iterator[tuple[int, int]]:
        """Yield each place for the commands that is no comment."""
        return (place for place in self.all_command_places() if not self.reading.is_comment(*place))

    def all_command_places(self) -> Iterator[tuple[int, int]]:
        """Yield each place for the commands, in comments too."""
        command = re.compile(re.escape(self.queue.command))
        for number, line in enumerate(self.lines, 1):
            if self.queue.command in line:
                yield from ((number, found.start() + 1) for found in command.finditer(line))

    def names(self) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield each name that looks like one of RELION's and is in no comment, with its line."""
        for number, line in enumerate(self.lines, 1):
            for found in NAME.finditer(line):
                if not self.reading.is_comment(number, found.start() + 1):
                    yield number, found

    @staticmethod
    def has_name(text: str) -> bool:
        """Return whether a text holds a name that looks like one of RELION's."""
        return NAME.search(text) is not None

    def body(self, number: int) -> tuple[int, int, int]:
        """Return where the options of a directive stand."""
        return number, len(MARK) + 2, len(self.lines[number - 1].rstrip()) + 1

    def emptied(self) -> Iterator[Said]:
        """Yield the options of the template that have names alone for a value, and none for this job."""
        for each in self.there:
            if each.name and each.value is not None and replaced(each.value, self.replacing) == "":
                yield each

    def takes_next_word(self, option: Said) -> bool:
        """Tell whether sbatch takes the next word for the value of an option that is left without one."""
        return not self.lines[option.line - 1].startswith(f"--{option.name}=", option.column - 1)

    def only_prints(self, number: int) -> bool:
        """Tell whether a line shows the commands and runs none."""
        return _ONLY_PRINTS.match(self.lines[number - 1]) is not None

    def written_to(self, path: str) -> bool:
        """Tell whether a line that is no comment holds a path."""
        return any(
            path in line and not self.reading.is_comment(number, len(line) - len(line.lstrip()) + 1)
            for number, line in enumerate(self.after, 1)
        )

    def lost_at(self, line: int, column: int) -> str:
        """Return why a shell would not read the commands at a place as RELION writes them; empty where it would."""
        kind, before = self.reading.kind(line, column), self.lines[line - 1][: column - 1]
        texts = [text for text, in_line in self.commands if in_line]
        quoted = next((found[0] for text in texts if (found := _QUOTED.search(text))), "")
        if kind in (DOUBLE, PRINTED) and quoted:
            return f"in {kind} they lose their own quotes: nobody would read `{quoted}`"
        if kind == BACKTICKS and any("`" in text for text in texts):
            return "in backticks the backticks of a command would end them"
        if kind == SINGLE and any("'" in text for text in texts):
            return "in single quotes a quote of their own would end them"
        if kind == SINGLE and any("`" in text for text in texts) and not self._runs_text:
            return "in single quotes nothing looks for the program: no shell reads the backticks"
        if _ASSIGNS.search(before) and texts:
            return "a value without quotes ends at the first blank, and the rest would run as a command of its own"
        return ""

    @property
    def _runs_text(self) -> bool:
        """Whether some line has a shell read a text as commands."""
        return any(_RUNS_TEXT.search(line) for line in self.lines)


def options_read(script: Sequence[str]) -> Iterator[Said]:
    """Yield the options of a script's directives that Slurm reads."""
    return said(script[: first_command(script) - 1])
