"""What is wrong with a template of RELION's for submission scripts, line by line.

A finding's route is `(line, column, end column)` of the template, all counted from 1.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from relionc.diag import ERROR, WARNING, Finding
from relionc.slurm.directives import MARK, first_command, said
from relionc.slurm.options import DOUBTFUL, FINE, OPTIONS, meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog.queue import Queue

_NAME = re.compile(r"XXX\w+?XXX")
FOLDER = "chdir"
MOST_LINES, MOST_NAMES = 10_000, 1000


class Filled(NamedTuple):
    """A template beside what became of it: `lines` as written by the site, `after` with the names replaced."""

    lines: Sequence[str]
    after: Sequence[str]
    queue: Queue
    replacing: Mapping[str, str]
    version: str
    slurm: bool  # whether Slurm reads the directives


def is_too_large(template: str) -> bool:
    """Return whether a template has more lines or names than anybody would write into one."""
    names = sum(1 for _ in islice(_NAME.finditer(template), MOST_NAMES + 1))
    return names > MOST_NAMES or template.count("\n") > MOST_LINES


def check(filled: Filled) -> list[Finding]:
    """Return what is wrong with a template, in the order of its lines."""
    checks = (*_ALWAYS, *(_SLURM if filled.slurm else ()))
    return sorted((found for each in checks for found in each(filled)), key=lambda found: found.route)


def _places(filled: Filled) -> Iterator[tuple[int, int]]:
    """Yield line and column of each place for the commands."""
    for number, line in enumerate(filled.lines, 1):
        for found in re.finditer(re.escape(filled.queue.command), line):
            yield number, found.start() + 1


def _commands(filled: Filled) -> Iterator[Finding]:
    name, places = filled.queue.command, list(_places(filled))
    if not places:
        text = "put it behind what starts a parallel program, such as `srun` or `mpirun`"
        yield _finding("RL701", f"{name} is missing, so the script would run nothing", (1, 1, 1), text)
    seen: set[int] = set()
    for line, column in places:
        route = (line, column, column + len(name))
        if line in seen:
            message = f"RELION replaces only the first {name} of a line: this one would stay"
            yield _finding("RL702", message, route, "run the commands on lines of their own")
        elif seen:
            message = (
                f"{name} stands in line {min(seen)} too: all commands of the job would run in both places"
            )
            advice = "fine in the branches of an `if`; else keep one of them"
            yield _finding("RL710", message, route, advice, severity=WARNING)
        seen.add(line)


def _unknown(filled: Filled) -> Iterator[Finding]:
    known = {*filled.replacing, filled.queue.command}
    for number, line in enumerate(filled.lines, 1):
        for found in _NAME.finditer(line):
            if found[0] not in known:
                route = (number, found.start() + 1, found.end() + 1)
                yield _finding("RL703", f"nothing replaces {found[0]}", route, _advice(found[0], filled))


def _advice(name: str, filled: Filled) -> str:
    """Return what helps with a name that stays: a value for an entry of the site, or the name that was meant."""
    from relionc.diag.near import nearest

    queue = filled.queue
    digits = queue.extra.fullmatch(name)
    if digits and int(digits[1]) > queue.extras_most:
        return f"RELION {filled.version} has no more than {queue.extras_most} entries of this kind"
    if digits:
        return f"give it a value: `--extra {digits[1]}=VALUE`"
    close = nearest(name, [*queue.names, queue.command], 0.75)
    if close:
        return f"did you mean {close}?"
    return f"RELION knows {', '.join(queue.names)}, {queue.command} and {queue.name_of_extra(1)}"


def _output(filled: Filled) -> Iterator[Finding]:
    """Yield a warning for each of the two files that RELION's window shows and that the script does not write."""
    route = next(((line, column, column) for line, column in _places(filled)), None)
    for name in (filled.queue.output, filled.queue.errors):
        path = filled.replacing[name]
        if route and not any(path in line for line in filled.after):
            message = f"nothing is written to {path.rpartition('/')[2]}, which RELION shows for the job"
            yield _finding("RL707", message, route, f"send it to {name}", severity=WARNING)


def _late(filled: Filled) -> Iterator[Finding]:
    first = first_command(filled.lines)
    for number, line in enumerate(filled.lines[first:], first + 1):
        if line.startswith(MARK):
            message = f"Slurm reads no {MARK} after the first command, which is in line {first}"
            route = (number, 1, len(MARK) + 1)
            yield _finding("RL704", message, route, "move it up", severity=WARNING)


def _blanks(filled: Filled) -> Iterator[Finding]:
    for each in said(filled.after[: first_command(filled.lines) - 1]):
        if not each.name and each.value is not None and not _NAME.search(each.value):
            found = re.search(rf"(?<=\s){re.escape(each.value)}(?!\S)", filled.lines[each.line - 1])
            column, end = (found.start() + 1, found.end() + 1) if found else _body(filled, each.line)
            message = f"`{each.value}` is no option: Slurm ends a value at a blank, and refuses the script"
            yield _finding("RL705", message, (each.line, column, end), "put the value in double quotes")


def _body(filled: Filled, number: int) -> tuple[int, int]:
    """Return where the options of a directive begin and end."""
    return len(MARK) + 2, len(filled.lines[number - 1].rstrip()) + 1


def _empty(filled: Filled) -> Iterator[Finding]:
    for each in said(filled.after[: first_command(filled.lines) - 1]):
        if each.value == "":
            option = f"--{each.name}="
            column, end = _body(filled, each.line)
            column = filled.lines[each.line - 1].find(option) + 1 or column
            message = f"`{option}` is left without a value, which Slurm refuses"
            text = f"set `slurm: {{{each.name}: …}}` or a resource, or take the line out"
            yield _finding("RL706", message, (each.line, column, end), text)


def _names(filled: Filled) -> Iterator[Finding]:
    for each in said(filled.after[: first_command(filled.lines) - 1]):
        if each.name and each.name not in OPTIONS:
            column, end = _body(filled, each.line)
            message = f"`{each.name}` is not the full name of an sbatch option"
            yield _finding("RL680", message, (each.line, column, end), meant(each.name))


def _unfit(filled: Filled) -> Iterator[Finding]:
    """Yield the options that no job may have; sites say some of them, for reasons of their own."""
    for each in said(filled.after[: first_command(filled.lines) - 1]):
        option = OPTIONS.get(each.name)
        if option and option.in_template != FINE:
            column, end = _body(filled, each.line)
            message = f"`{each.name}` does not go with RELION jobs: {option.why}"
            severity = WARNING if option.in_template == DOUBTFUL else ERROR
            route = (each.line, column, end)
            yield _finding("RL681", message, route, "take the option out", severity=severity)
        elif each.name == FOLDER and (each.value or ".").rstrip("/") != ".":
            column, end = _body(filled, each.line)
            message = f"the job would run in {each.value}, and RELION's paths begin at the project folder"
            advice = "take it out: a job runs where it is submitted, or in the spec's `project:`"
            yield _finding("RL681", message, (each.line, column, end), advice, severity=WARNING)


def _form(filled: Filled) -> Iterator[Finding]:
    if any(line.endswith("\r") for line in filled.lines):
        number = next(number for number, line in enumerate(filled.lines, 1) if line.endswith("\r"))
        column = len(filled.lines[number - 1])
        message = "lines end as on Windows, and sbatch refuses such a script"
        yield _finding("RL709", message, (number, column, column + 1), "end them with a line feed alone")
    if filled.lines and not filled.lines[0].startswith("#!"):
        text = "begin with `#!/bin/bash`"
        message = "the first line names no shell, and sbatch refuses such a script"
        yield _finding("RL709", message, (1, 1, 1), text, severity=WARNING)


_ALWAYS = (_commands, _unknown, _output)
_SLURM = (_late, _blanks, _empty, _names, _unfit, _form)


def _finding(
    code: str, message: str, route: tuple[int, int, int], advice: str, *, severity: str = ERROR
) -> Finding:
    return Finding(code=code, message=message, route=route, help=advice, severity=severity)
