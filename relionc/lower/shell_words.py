"""Text with shell references → words."""

from __future__ import annotations

from relionc.expr.refs import AnyText, Ref, braced, joined, parts_of
from relionc.ir import ShellRef, Word
from relionc.slurm.environment import NUMBERS


def reference(name: str) -> ShellRef:
    """Return the reference to a shell variable; raises ExprError for a name that is none."""
    name = Ref(name).name
    return ShellRef(name, integer=name in NUMBERS)


def word(text: AnyText) -> Word:
    """Return the word of a text of the spec."""
    if isinstance(text, str):  # as nearly all are
        return (text,) if text else ()
    return tuple(part if isinstance(part, str) else reference(part.name) for part in parts_of(text))


def profile_word(text: str) -> Word:
    """Return the word of a text of a profile, where `${NAME}` is a reference."""
    return word(braced(text))


def path_word(text: AnyText) -> Word:
    """Return the word of a folder of the spec; a leading `~/` is the user's home, as in a shell.

    `./` keeps a leading dash from being an option, or the folder that a shell was in before.
    """
    first, *rest = parts_of(text) or ("",)
    if isinstance(first, str) and first.startswith("-"):
        return word(joined(["./", text]))
    if first == "~" or (isinstance(first, str) and first.startswith("~/")):
        return (reference("HOME"), *word(joined([first[1:], *rest])))
    return word(text)


def anywhere(path: str) -> str:
    """Return a path that says the same on every machine: an absolute one loses its folders."""
    return path.rpartition("/")[2] if path.startswith("/") else path.removeprefix("./")
