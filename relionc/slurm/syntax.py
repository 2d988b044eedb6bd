"""What the small grammars of Slurm share: how a text is refused, numbers, names, brackets.

Each reader takes what Slurm itself takes and refuses the rest with a `SlurmSyntaxError`. Checked against the programs
of Slurm 22.05.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_DIGITS = 18


class SlurmSyntaxError(ValueError):
    """A text that Slurm would not read: `message` in the user's words, `help` the nearest that works."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = advice


def is_number(text: str) -> bool:
    """Tell whether a text is a whole number of a size that can be: a longer one is no amount of anything."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


_IN_FEATURES = dict.fromkeys(map(ord, "=+@/"), "_")
"""Marks inside a feature that mean nothing in a constraint."""


def is_name(word: str) -> bool:
    """Tell whether Slurm takes the word as the name of a gres or a feature."""
    return word.isascii() and word.replace("_", "").replace("-", "").replace(".", "").isalnum()


def is_feature(word: str) -> bool:
    """Tell whether Slurm takes the word as a feature of nodes in a constraint: sites have `gpu=a100`, too."""
    return is_name(word.translate(_IN_FEATURES)) and not word.startswith("=")


def number_and_unit(text: str) -> tuple[str, str]:
    """Split `200G` into `200` and `G`."""
    letters = text.strip().lstrip("0123456789")
    return text.strip().removesuffix(letters), letters.strip()


def outside_brackets(text: str, opening: str, closing: str) -> Iterator[str]:
    """Split at commas that stand outside brackets; unpaired or nested brackets are an error."""
    depth = start = 0
    for index, character in enumerate(text):
        depth += (character == opening) - (character == closing)
        if depth not in (0, 1):
            break
        if character == "," and not depth:
            yield text[start:index]
            start = index + 1
    if depth:
        raise SlurmSyntaxError(
            f"the brackets of `{text}` do not pair", f"close each {opening} with {closing}"
        )
    yield text[start:]
