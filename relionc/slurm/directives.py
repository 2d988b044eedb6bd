"""The `#SBATCH` lines of a script: the options that they say, with their places, as sbatch reads them.

The facts are of `src/sbatch/opt.c` of Slurm 22.05 and 26.05: `#SLURM` counts too; blanks are those of C; quotes may
stand anywhere in a word; a backslash takes the next sign, in quotes too; `#` begins a comment; short options without
a value go together. A test asks the installed sbatch.
"""

from __future__ import annotations

import re

from relionc.record import NamedTuple
from relionc.slurm.options import ALWAYS, LONG, NEVER, OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK = "#SBATCH"
OLD_MARK = "#SLURM"
_BLANKS = " \t\n\v\f\r"
_QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
_WORD = re.compile(rf"(?:[^{_BLANKS}\"'\\#]|\\[^{_BLANKS}]|{_QUOTED})+|#")
_MEANT = re.compile(r"[ \t]*#([!$@A-Za-z0-9_]{4,9})[ \t]*-")
_LIKE_LETTERS = str.maketrans("$5!", "SSI")
_PIECE = re.compile(rf"(?P<quoted>{_QUOTED})|\\(?P<sign>.)")


class Said(NamedTuple):
    """An option of a directive: line and column count from 1; `value` has no quotes, and is None without one.

    A word that is neither an option nor the value of one has an empty `name`, and stands in `value`.
    """

    line: int
    column: int
    name: str
    value: str | None


def said(lines: Sequence[str]) -> Iterator[Said]:
    """Yield the options of a template's directives, in order.

    A word after an option that needs a value, and has none yet, is its value: in the next directive too, and if it
    looks like an option; unless nobody knows the one before.
    """
    waiting: Said | None = None
    for number, column, word in _words(lines):
        if waiting and (waiting.name in OPTIONS or not _is_option(word)):
            yield waiting._replace(value=word)
            waiting = None
        elif _is_option(word):
            if waiting:
                yield waiting
            *flags, last = _options(number, column, word)
            yield from flags
            waiting = last if _waits(last) else None
            if not waiting:
                yield last
        else:
            yield Said(number, column, "", word)
    if waiting:
        yield waiting


def _is_option(word: str) -> bool:
    return word.startswith("-") and len(word) > 1


def _words(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the words of all directives without their quotes, each with its line and column.

    A blank behind a backslash ends a word in 22.05 and belongs to it in 26.05: here it ends one; no option hides.
    """
    for number, line in enumerate(lines, 1):
        mark = next((len(each) for each in (MARK, OLD_MARK) if line.startswith(each)), len(line))
        for found in _WORD.finditer(line, mark):
            if found[0] == "#":  # the rest is a comment
                break
            yield number, found.start() + 1, _unquoted(found[0])


def comment_of(line: str) -> int | None:
    """Return where the comment of a directive begins, counted from 0; None where it has none."""
    mark = next((len(each) for each in (MARK, OLD_MARK) if line.startswith(each)), len(line))
    return next((found.start() for found in _WORD.finditer(line, mark) if found[0] == "#"), None)


def is_misspelt(line: str) -> bool:
    """Tell whether a comment in front of the first command looks like a directive that sbatch does not see as one.

    Two hashes, or a blank behind the hash, is how people switch a directive off.
    """
    found = _MEANT.match(line)
    if found is None or line.startswith((MARK, OLD_MARK)):
        return False
    word = found[1].upper()
    known = MARK[1:]
    return sorted(word) == sorted(known) or _is_near(word.translate(_LIKE_LETTERS), known)


def _is_near(word: str, known: str) -> bool:
    """Tell whether a word has one sign more or less than another, or one other sign."""
    if word == known:
        return True
    if len(word) == len(known):
        return sum(one != other for one, other in zip(word, known, strict=True)) == 1
    longer, shorter = sorted((word, known), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )


def _unquoted(text: str) -> str:
    return _PIECE.sub(lambda found: found["sign"] or _unescaped(found["quoted"][1:-1]), text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _waits(option: Said) -> bool:
    """Tell whether sbatch takes the next word for the value of an option; of an unknown one nobody knows."""
    known = OPTIONS.get(option.name)
    return option.value is None and (known is None or known.value == ALWAYS)


def _options(number: int, column: int, word: str) -> list[Said]:
    """Return the options of one word: a long one, or a short one behind any that take no value."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        return [Said(number, column, name, value if equals else None)]
    found: list[Said] = []
    for place, letter in enumerate(word[1:], 2):
        name = LONG.get(letter, letter)
        if name not in OPTIONS or OPTIONS[name].value != NEVER:
            return [*found, Said(number, column, name, word[place:] or None)]
        found.append(Said(number, column, name, None))
    return found


def first_command(lines: Sequence[str]) -> int:
    """Return the number of the first line that is neither empty nor a comment: Slurm reads no directive after it."""
    rest = ((number, line.lstrip(_BLANKS)) for number, line in enumerate(lines, 1))
    return next((number for number, line in rest if line and not line.startswith("#")), len(lines) + 1)
