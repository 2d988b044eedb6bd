"""The stream of YAML events of a text: from the C parser, or from the pure-Python one where C is missing."""

from __future__ import annotations

import relionc.source.c_parser  # noqa: F401 - comes first, or all of ruamel.yaml would be loaded

# isort: split
from collections.abc import Callable

from ruamel.yaml.error import YAMLError as SyntaxProblem
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias


__all__ = [
    "AliasEvent",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "MappingEndEvent",
    "MappingStartEvent",
    "NextEvent",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "Source",
    "StreamEndEvent",
    "SyntaxProblem",
    "from_c",
    "from_python",
    "source",
]

_STAND_IN = "\ue000"  # of the private use area
MOST_FOR_PYTHON = 1 << 17
"""Characters that the pure-Python parser reads in about a second."""

NextEvent: TypeAlias = "Callable[[], Any]"
"""Each call returns the next event of a text; a syntax error raises `SyntaxProblem`."""

Source = Callable[[str], NextEvent]
"""Opens the event stream of a text."""


def from_c(text: str) -> NextEvent:
    """Open the stream of the C parser; ImportError where it is not installed."""
    from _ruamel_yaml import CParser

    get_event: NextEvent = CParser(text).get_event
    return get_event


def from_python(text: str) -> NextEvent:
    """Open the stream of the pure-Python parser: slower by an order of magnitude, the same events."""
    from ruamel.yaml import YAML

    stream = YAML(typ="safe", pure=True).parse(text)
    return lambda: next(stream)


def falls_short(problem: SyntaxProblem) -> bool:
    """Tell whether the C parser refuses what YAML 1.2 allows: `{time: 12:00:00}`, for which it is too old."""
    return "unexpected ':'" in str(getattr(problem, "problem", ""))


def from_c_with_times(text: str) -> NextEvent | None:
    """Open the stream of the C parser for a text with colons between digits inside braces; None where it cannot.

    It reads a stand-in of the same width for each such colon, which every value gets back: places stay as they are.
    """
    if _STAND_IN in text:
        return None
    import re

    get_event = from_c(re.sub(r"(?<=[0-9]):(?=[0-9])", _STAND_IN, text))

    def get() -> Any:
        event = get_event()
        value = getattr(event, "value", None)
        if value and _STAND_IN in value:
            event.value = value.replace(_STAND_IN, ":")
        return event

    return get


def source(text: str) -> NextEvent:
    """Open the fastest stream there is."""
    try:
        return from_c(text)
    except ImportError:
        return from_python(text)
