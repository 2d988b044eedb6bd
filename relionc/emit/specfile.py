"""A spec as text: YAML in the order and with the blanks of a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relionc.ir import SpecFile

_PLAIN = re.compile(
    r"(?:[A-Za-z0-9_./@+-]|\$\{\{ env\.\w+ \}\})(?:[A-Za-z0-9_./@%+=,:-]|\$\{\{ env\.\w+ \}\})*"
)
_MEANS_SOMETHING = frozenset(("true", "false", "null", "-", ".", "---", "..."))


def render(spec: SpecFile) -> str:
    """Return the text of a spec."""
    return "".join(line + "\n" for line in _lines(spec))


def _lines(spec: SpecFile) -> Iterator[str]:
    yield from (f"# {line}" for line in spec.header)
    yield "relionc: 1"
    yield from _mapping(spec.facts, "")
    yield from ("jobs:", f"  {spec.job}:")
    yield from _mapping(spec.job_facts, "    ")
    if spec.pins or spec.options or spec.left_out:
        yield "    options:" if spec.pins or spec.options else "    options: {}"
    if spec.pins:
        yield "      # Fixed, so that the commands stay those of the job file; without a line the plan chooses."
    yield from _mapping((*spec.pins, *spec.options), "      ")
    for name, text, why in spec.left_out:
        yield f"      # {name}: {text} -- omitted: {why}"
    if spec.extra_args:
        yield from _mapping([("extra_args", spec.extra_args)], "    ")


def _mapping(pairs: Iterable[tuple[str, str]], indent: str) -> Iterator[str]:
    yield from (f"{indent}{key}: {scalar(text)}" for key, text in pairs)


def scalar(text: str) -> str:
    """Return text as a scalar that reads as just this text: plain where that is safe, else in quotes."""
    special = text.lower() in _MEANS_SOMETHING or text.endswith(":") or text.startswith(("--", "- "))
    if _PLAIN.fullmatch(text) and not special:
        return text
    return "'" + text.replace("'", "''") + "'"
