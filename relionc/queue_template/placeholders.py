"""RELION's own submission templates: which names it replaces by what, and which commands go behind a launcher.

This is what RELION does with a template, careless where it is; `relionc.rules.template` says what will not work.
"""

from __future__ import annotations

import re

from relionc.expr import ExprError, evaluate, text_of
from relionc.expr.refs import show
from relionc.ir import QueueScript
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog.queue import Queue
    from relionc.expr import AnyText, Value
    from relionc.lower.commands import RelionCommands


NAME = re.compile(r"XXX\w+?XXX")
"""Any name in a template that looks like one of RELION's."""
MOST_LINES, MOST_NAMES = 10_000, 1000
_OF_A_LINE, _OF_A_NAME = 20, 80
MOST = 4 << 20
"""Characters of a script that a template of RELION's may become."""


class TemplateTooLarge(Exception):  # noqa: N818 - says so of a template, and is reported as that
    """A template, or what becomes of it, is larger than is taken for one."""


class Size(NamedTuple):
    """How much there is of a template to go through for a job."""

    characters: int
    lines: int
    names: int

    @property
    def too_large(self) -> bool:
        """Whether it has more lines or names than anybody would write into one."""
        return self.names > MOST_NAMES or self.lines > MOST_LINES

    @property
    def work(self) -> int:
        """What a job takes, in characters: lines are looked at by each rule, names in each line."""
        return self.characters + _OF_A_LINE * self.lines + _OF_A_NAME * self.names


def size_of(template: str) -> Size:
    """Return the size of a template."""
    return Size(len(template), template.count("\n"), sum(1 for _ in NAME.finditer(template)))


def site_extras(
    queue: Queue, options: Mapping[str, AnyText], environment: Mapping[str, str]
) -> dict[int, AnyText]:
    """Return the further entries of a site that declares them in environment variables, as RELION sees them."""
    found = {}
    for number in range(1, _count(queue, environment) + 1):
        declared, default, key = (
            name.replace("{n}", str(number))
            for name in (queue.extra_declared, queue.extra_default, queue.extra_option)
        )
        if declared in environment:
            found[number] = options.get(key, environment.get(default, ""))
    return found


def _count(queue: Queue, environment: Mapping[str, str]) -> int:
    """Return how many entries RELION looks for; it reads the number that the text begins with, in one byte."""
    text = environment.get(queue.extras_counted) if queue.extras_counted else None
    if text is None:
        return queue.extras_usual
    digits = re.match(r"\s*([+-]?[0-9]{1,9})", text)
    count = int(digits[1]) if digits else 0
    return (count + 128) % 256 - 128


def values(queue: Queue, options: Mapping[str, AnyText], output: str) -> dict[str, Value]:
    """Return the numbers and texts that names stand for; raises ExprError where one cannot be worked out.

    `options` is RELION's text by name; `output` is the job's folder with its slash.
    """
    known: dict[str, Value] = {
        key: options.get(name, otherwise) for key, (name, otherwise) in queue.options.items()
    }
    known["output"] = output
    for name, tree in queue.values:
        known[name] = evaluate(tree, lambda parts: known[parts[0]])
    return known


def replacements(queue: Queue, known: Mapping[str, Value], extras: Mapping[int, AnyText]) -> dict[str, str]:
    """Return name → text, in the order in which RELION replaces them; raises ExprError."""
    found = {
        name: show(text_of(evaluate(tree, lambda parts: known[parts[0]])))
        for name, (tree, *_) in queue.names.items()
    }
    found |= {queue.name_of_extra(number): show(text) for number, text in extras.items()}
    return dict(sorted(found.items()))


def lines_of(template: str) -> list[str]:
    """Return the lines of a template as RELION reads them: an end of line after the last makes no further one."""
    lines = template.split("\n")
    return lines if lines[-1] else lines[:-1]


def replaced(line: str, replacing: Mapping[str, str], most: int = MOST) -> str:
    """Return a line with its names replaced in turn: a text put in may hold names that come later.

    Raises TemplateTooLarge before it would have more than `most` characters.
    """
    for name, text in replacing.items():
        if name in line:
            if len(line) + line.count(name) * (len(text) - len(name)) > most:
                raise TemplateTooLarge(f"the script would have more than {MOST:,} characters")
            line = line.replace(name, text)
    return line


def fill(
    template: str, relion_commands: RelionCommands, queue: Queue, replacing: Mapping[str, str]
) -> QueueScript:
    """Return the submission script of a job; the commands are put in when it is written. Raises TemplateTooLarge."""
    lines: list[str] = []
    left, of_commands = MOST, sum(len(text) for text in relion_commands.texts)
    for each in lines_of(template):
        line = replaced(each, replacing, left)
        left -= len(line) + (of_commands + len(line) * len(relion_commands.texts)) * (queue.command in line)
        lines.append(line)
    if left < 0:
        raise TemplateTooLarge(f"the script would have more than {MOST:,} characters")
    commands = tuple(zip(relion_commands.texts, relion_commands.templated, strict=True))
    return QueueScript(lines=tuple(lines), placeholder=queue.command, commands=commands)


def is_uneven(queue: Queue, options: Mapping[str, AnyText], output: str) -> bool:
    """Return whether RELION would warn that the last node is not full; raises ExprError."""
    return queue.warns_of_uneven_cores and bool(values(queue, options, output)["uneven"])


__all__ = ["ExprError", "fill", "is_uneven", "lines_of", "replaced", "replacements", "site_extras", "values"]
