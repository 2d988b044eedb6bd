"""Findings that several rules over profiles share."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.site.meant import nearest
from relionc.site.read import WRONG_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relionc.diag import Route

BAD_PLACEHOLDER, TWICE = "RL674", "RL675"
IMPOSSIBLE, CONTRADICTION = "RL676", "RL678"
_MARKS = frozenset("{}[],:#&*!|>%@`\"'")
"""What a word of a list in YAML stands in quotes for."""


def impossible(message: str, route: Route, advice: str) -> Finding:
    """Return the finding for an amount or a word that nothing can have."""
    return Finding(code=IMPOSSIBLE, message=message, route=route, help=advice)


def contradiction(message: str, route: Route, advice: str) -> Finding:
    """Return the finding for two parts of a profile that do not agree."""
    return Finding(code=CONTRADICTION, message=message, route=route, help=advice)


def twice(words: tuple[str, ...], route: Route) -> Iterator[Finding]:
    """Yield a finding for each word of a list that stood there before."""
    seen: set[str] = set()
    for index, word in enumerate(words):
        before = len(seen)
        seen.add(word)
        if len(seen) == before:
            yield Finding(
                code=TWICE, message=f"`{word}` stands twice", route=(*route, index), help="remove one"
            )


def names_differ(key: str, names: Iterable[str]) -> Iterator[Finding]:
    """Yield names that differ only in case: Slurm tells them apart, people do not."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(name.lower(), name)
        if first != name:
            message = f"`{first}` and `{name}` differ only in upper and lower case"
            yield Finding(code=TWICE, message=message, route=(key, name), help="rename one", on_key=True)


def two_words(words: tuple[str, ...], route: Route) -> Iterator[Finding]:
    """Yield a finding for each option that stands in one text with its value: a program gets it as one word."""
    for index, word in enumerate(words):
        option, blank, value = word.partition(" ")
        if blank and value.strip() and option.startswith("-") and "=" not in option:
            message = f"`{word}` is one word, and no option is called so"
            value = f'"{value}"' if set(value) & _MARKS else value
            advice = f"write two: {option}, {value}"
            yield Finding(code=WRONG_VALUE, message=message, route=(*route, index), help=advice)


def placeholders_left(word: str, route: Route, names: tuple[str, ...]) -> Iterator[Finding]:
    """Yield the `{names}` of a word that nobody fills in; `${NAME}` is the shell's."""
    for index, part in enumerate(word.split("{")[1:]):
        name = part.partition("}")[0]
        if word.split("{")[index].endswith("$") or (name in names and "}" in part):
            continue
        near = nearest(name, names)
        known = ", ".join(f"{{{each}}}" for each in names)
        advice = f"did you mean {{{near}}}?" if near else f"there are {known}"
        message = f"nothing fills in `{{{name}}}` in `{word}`"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=route, help=advice)


def not_a_program(words: tuple[str, ...], route: Route) -> Iterator[Finding]:
    """Yield a finding for a command in one text (each item is one word), and for one that a shell takes for a job."""
    if words and " " in words[0].strip():
        message = f"`{words[0]}` is one word, the name of a program"
        listed = ", ".join(f'"{word}"' if set(word) & _MARKS else word for word in words[0].split())
        advice = f"write a list, as [{listed}]"
        yield Finding(code=WRONG_VALUE, message=message, route=route, help=advice)
    if words and words[0].startswith("%"):
        message = f"a shell takes {words[0]!r} for one of its jobs, not for a program"
        yield impossible(message, (*route, 0), "write the name of the program")
