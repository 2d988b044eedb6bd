"""What a person is told of a command: its page of help, and what is wrong with a call."""

from __future__ import annotations

import shutil
import textwrap

from relionc.cli import say
from relionc.cli.options import HELP
from relionc.diag.clean import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.cli.options import Command, Parameter, WrongCall

_WIDEST, _NARROWEST = 108, 50  # characters of a line
_GAP = 2  # spaces between the names and what they mean
_MOST_NAMES = 30  # characters of the names, beside which their meaning still begins


def page(command: Command) -> str:
    """Return the help of a command."""
    width = max(min(shutil.get_terminal_size().columns - 2, _WIDEST), _NARROWEST)
    about = textwrap.fill(command.about, width, initial_indent="  ", subsequent_indent="  ")
    options = [(_names(option), _meaning(option)) for option in command.options]
    commands = [(each.name, each.summary) for each in command.commands.values()]
    parts = [_usage(command), about, _list("Options", options, width)]
    return "\n\n".join([*parts, *([_list("Commands", commands, width)] if commands else [])]) + "\n"


def complain(wrong: WrongCall) -> int:
    """Say what is wrong with a call, and how it is made; returns the exit code."""
    command = wrong.command
    text = f"{_usage(command)}\nTry '{command.path} {HELP.flags[-1]}' for help.\n\nError: {wrong}\n"
    say.diagnostics(harmless(text))
    return 2


def _usage(command: Command) -> str:
    rest = ["COMMAND", "[ARGS]..."] if command.commands else [each.usage for each in command.arguments]
    return " ".join([f"Usage: {command.path}", "[OPTIONS]", *rest])


def _names(option: Parameter) -> str:
    return ", ".join(option.flags) + f" {option.value}".rstrip()


def _meaning(option: Parameter) -> str:
    notes = [f"[default: {option.default}]"] * bool(option.default) + ["[required]"] * option.required
    return "  ".join([option.help, *notes])


def _list(title: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    """Return rows of names and their meaning, side by side where the names are short."""
    rows = list(rows)
    left = min(max(len(names) for names, _ in rows), _MOST_NAMES) + 2 + _GAP
    lines = [f"{title}:"]
    for names, meaning in rows:
        first = f"  {names}".ljust(left) if len(names) + 2 + _GAP <= left else f"  {names}\n{'':{left}}"
        lines.append(first + f"\n{'':{left}}".join(textwrap.wrap(meaning, width - left)))
    return "\n".join(lines)
