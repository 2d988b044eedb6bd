"""How a shell reads a command as RELION writes it: RELION quotes few values, so some would mean more than they say."""

from __future__ import annotations

import re

from relionc.expr import blanks
from relionc.expr.refs import MASK
from relionc.ir import Glob, ShellRef

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.ir import CommandLine, Word

_PROGRAM = re.compile(r"`which (\S+?)`")
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_ACTIVE = frozenset(";|&<>()*?[]{}`$")
_ACTIVE_FIRST = frozenset("~#")
_TOKEN = re.compile(r"[A-Za-z0-9_./:=,+@%-]+|.", re.DOTALL)
"""Characters that mean nothing to a shell anywhere, together; any other one alone."""


def misread(text: str, command: CommandLine) -> str:
    """Return the first word of a command that a shell would not read as the word it is; empty if there is none.

    `text` is RELION's own, `command` the same as words.
    """
    plain = _REFERENCE.sub(MASK, _PROGRAM.sub(r"\1", text))
    read = _words(plain, _allowed(command))
    for place, word in enumerate(command.words):
        if place >= len(read) or read[place] != _plain(word):
            return _shown(word)
    return "" if len(read) == len(command.words) + _files(command) else text


def _files(command: CommandLine) -> int:
    return sum(word is not None for word in (command.stdout, command.stdin))


def _allowed(command: CommandLine) -> frozenset[str]:
    """Return the characters that mean something in a command, and are meant to."""
    globs = any(isinstance(part, Glob) for word in command.words for part in word)
    return frozenset(("*?[]" if globs else "") + ("<>" if _files(command) else ""))


def _plain(word: Word) -> str:
    """Return a word to compare with what was read: RELION's text and the words have the same references."""
    return "".join(MASK if isinstance(part, ShellRef) else _literal(part) for part in word)


def _shown(word: Word) -> str:
    return "".join(f"${{{part.name}}}" if isinstance(part, ShellRef) else _literal(part) for part in word)


def _literal(part: str | Glob) -> str:
    return part.pattern if isinstance(part, Glob) else part


class _Reader:
    """A shell's reading of a command: the words so far, the one that is open, and the quote it is in."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed
        self.words: list[str] = []
        self.word: str | None = None
        self.quote = ""
        self.escaped = False

    def take(self, character: str) -> None:
        """Read one character, or several that mean nothing."""
        if self.escaped:
            self.add(character)
            self.escaped = False
        elif character == "\\" and self.quote != "'":
            self.escaped = True
        elif self.quote:
            self._in_quotes(character)
        elif character in "'\"":
            self.quote = character
            self.add("")
        elif character in blanks.SHELL or (character in "<>" and character in self.allowed):
            self.close()
        else:
            self._bare(character)

    def _in_quotes(self, character: str) -> None:
        if character == self.quote:
            self.quote = ""
        else:
            self.add(character)

    def _bare(self, character: str) -> None:
        """Add a character outside quotes; one that means something to a shell is marked."""
        active = character in _ACTIVE - self.allowed or (self.word is None and character in _ACTIVE_FIRST)
        self.add(f"{character}\0" if active else character)

    def add(self, text: str) -> None:
        """Add to the open word, or open one."""
        self.word = (self.word or "") + text

    def close(self) -> None:
        """End the open word."""
        if self.word is not None:
            self.words.append(self.word)
        self.word = None


def _words(text: str, allowed: frozenset[str]) -> list[str]:
    """Split a command as a shell does; a character that would mean something to it has a mark behind it."""
    reader = _Reader(allowed)
    for token in _TOKEN.findall(text):
        reader.take(token)
    reader.close()
    return [*reader.words, *([reader.quote] if reader.quote else [])]
