"""Texts that hold shell references.

A value such as `/lscratch/${{ env.SLURM_JOB_ID }}` must stay a reference in the script. It is a `Text`: literal
texts and references side by side. A text without references is a plain `str`, so whoever wants to know the
characters of a text has to say what is to become of references: mypy asks for it.
"""

from __future__ import annotations

from itertools import chain

from relionc.expr.tree import ExprError
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self, TypeAlias

MASK = "\ufffc"
"""What stands for a reference where a text is only looked at: no letter, no blank, nothing to a shell."""


class _Named(NamedTuple):
    name: str


class Ref(_Named):
    """A reference to a shell variable; raises ExprError for a name that a shell would not take for one."""

    __slots__ = ()

    def __new__(cls, name: str) -> Self:
        """Check the name."""
        if not is_name(name):
            raise ExprError(f"`{name[:80]}` cannot be the name of a shell variable")
        return super().__new__(cls, name)


class Text:
    """A text with at least one reference; `parts` has no empty literals and no two that are neighbours.

    Made by `joined`, never changed. Not a `str`, and not a tuple, which is a list to expressions.
    """

    __slots__ = ("parts",)
    parts: tuple[str | Ref, ...]

    def __init__(self, parts: tuple[str | Ref, ...]) -> None:
        object.__setattr__(self, "parts", parts)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse every change."""
        raise AttributeError(f"a text does not change: {name}")

    def __eq__(self, other: object) -> bool:
        """Compare the parts: a reference equals no literal text."""
        return isinstance(other, Text) and self.parts == other.parts

    def __hash__(self) -> int:
        """Agree with `==`."""
        return hash(self.parts)

    def __repr__(self) -> str:
        """Show the parts."""
        return f"Text({self.parts!r})"

    def __str__(self) -> str:
        """Return what people read."""
        return show(self)


AnyText = str | Text
Value: TypeAlias = "str | Text | int | float | bool | tuple[Value, ...] | None"
"""What an expression gives; None for a variable of a spec that is empty."""


def is_name(text: str) -> bool:
    """Return whether a shell takes a text for the name of a variable."""
    return text.isascii() and text.isidentifier()


def parts_of(text: AnyText) -> tuple[str | Ref, ...]:
    """Return the literal texts and references of a text, in order; none of an empty one."""
    return text.parts if isinstance(text, Text) else (text,) if text else ()


def joined(pieces: Iterable[AnyText | Ref]) -> AnyText:
    """Return one text of pieces put together."""
    pieces = list(pieces)
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(pieces)  # type: ignore[arg-type]  # they are all literal
    parts: list[str | Ref] = []
    literal = ""
    for piece in pieces:
        for part in piece.parts if isinstance(piece, Text) else (piece,):
            if isinstance(part, str):
                literal += part
                continue
            if literal:
                parts.append(literal)
            parts.append(part)
            literal = ""
    return Text((*parts, literal) if literal else tuple(parts))


def show(text: AnyText) -> str:
    """Return a text with each reference written as `${NAME}`, for people and for RELION's own job files."""
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in text.parts)


def masked(text: AnyText) -> str:
    """Return a text to look at, character by character: each reference is one MASK."""
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else MASK for part in text.parts)


def braced(text: str) -> AnyText:
    """Return a text of a profile, where `${NAME}` is a reference; anything else with a dollar stays as it is."""
    if "${" not in text:
        return text
    pieces: list[str | Ref] = []
    rest = text
    while True:
        before, opened, after = rest.partition("${")
        name, closed, rest_after = after.partition("}")
        if not (opened and closed and is_name(name)):
            return joined([*pieces, rest])
        pieces += [before, Ref(name)]
        rest = rest_after


class Units:
    """Texts as strings in which each reference is one character that none of them holds.

    What works on strings, character by character, then moves or drops a reference whole, and cannot cut or change
    it: its name is not there. Raises ExprError where every character is taken, of which there are 137,000.
    """

    def __init__(self, *texts: AnyText) -> None:
        parts = [part for text in texts if isinstance(text, Text) for part in text.parts]
        names = dict.fromkeys(part for part in parts if isinstance(part, Ref))
        self._refs: dict[str, Ref] = dict(zip(_unused(texts), names, strict=False)) if names else {}
        self.are_not_in = self._refs.keys().isdisjoint
        self._characters = {ref: character for character, ref in self._refs.items()}
        if len(self._refs) < len(names):
            raise ExprError("the text has too many different characters")

    def enter(self, text: AnyText) -> str:
        """Return a text as a string."""
        if isinstance(text, str):
            return text
        return "".join(part if isinstance(part, str) else self._characters[part] for part in text.parts)

    def leave(self, text: str) -> AnyText:
        """Return the text of a string."""
        if self.are_not_in(text):
            return text
        parts: list[str | Ref] = []
        start = 0
        for place, character in enumerate(text):
            if character in self._refs:
                parts += [text[start:place], self._refs[character]]
                start = place + 1
        return joined([*parts, text[start:]])

    def shown(self, text: str) -> str:
        """Return a string with each reference as people read it."""
        for character, ref in self._refs.items():
            text = text.replace(character, f"${{{ref.name}}}")
        return text


def _unused(texts: tuple[AnyText, ...]) -> Iterable[str]:
    """Return the characters for private use that no text holds; no function changes their case."""
    taken = {*"".join([part for text in texts for part in parts_of(text) if isinstance(part, str)])}
    private = chain(range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))
    return (chr(code) for code in private if chr(code) not in taken)
