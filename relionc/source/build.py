"""Events → values with positions, in one pass over either event stream.

Aliases and merge keys share the value they name and are recorded as links from one route to another, so
nothing is copied. What they would amount to if written out is counted, because later stages walk it.
"""

from __future__ import annotations

from relionc.diag import Diagnostic, Place, Route
from relionc.diag.kept import Kept
from relionc.source import scalars
from relionc.source.characters import first_unsafe, name_of
from relionc.source.events import (
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
from relionc.source.scalars import resolve
from relionc.source.values import text_of, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from relionc.source.events import NextEvent

MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_TEXT = 1 << 14  # characters of a value: every job may repeat it
MAX_EXPANDED = 100_000  # values that aliases may add
MAX_EXPANDED_TEXT = 1 << 22  # characters that they may add
_OPENING = frozenset((MappingStartEvent, SequenceStartEvent))
_CLOSING = frozenset((MappingEndEvent, SequenceEndEvent))
_CORE = "tag:yaml.org,2002:"
_SPECIAL = frozenset((*scalars.WORDS, "<<"))  # keys that are not simply text; "" among them
_NUMERIC = "0123456789+-."
_SCALAR_TAGS = frozenset(_CORE + name for name in ("str", "int", "float", "bool", "null"))


class Refused(Exception):  # noqa: N818 - it is not an error of the program; it ends the reading
    """Reading cannot go on; the reason is already among the diagnostics."""


class _Anchor:
    """A named value: what it is, where, and how much an alias to it adds."""

    __slots__ = ("characters", "height", "route", "size", "value")

    def __init__(self, value: Any, route: Route, size: int, characters: int, height: int) -> None:
        self.value, self.route, self.height = value, route, height
        self.size, self.characters = size, characters


def _at(mark: Any) -> int:
    packed: int = mark.line << 20 | mark.column
    return packed


class Builder:
    """Builds the values of one text; `run` may be called once."""

    __slots__ = (
        "anchors",
        "characters",
        "deepest",
        "diagnostics",
        "doubled",
        "expanded",
        "get",
        "links",
        "marks",
        "path",
        "repeated",
    )

    def __init__(self, get: NextEvent, path: str) -> None:
        self.get = get
        self.path = path
        self.marks: dict[Route, tuple[int, int, int]] = {}
        self.links: dict[Route, Route] = {}
        self.anchors: dict[str, _Anchor | None] = {}  # None while the value is still being read
        self.diagnostics = Kept()
        self.deepest = 0
        self.doubled = 0  # values under a key that is set already
        self.expanded = 0  # values that aliases add
        self.characters = 0  # of all texts so far
        self.repeated = 0  # characters that aliases add

    def run(self) -> Any:
        """Return the value of the only document (None if there is none)."""
        self.get()  # start of the stream
        if self.get().__class__ is not DocumentStartEvent:
            return None
        value = self._node(self.get(), (), -1, 1)
        end = self.get()
        while end.__class__ is DocumentEndEvent:
            end = self.get()
        if end.__class__ is not StreamEndEvent:
            self._report(
                "RL005",
                "a second document starts here; a file holds one",
                end.start_mark,
                end.end_mark,
                help="move it to a file of its own; several jobs go under one `jobs:`",
            )
        return value

    def _report(self, code: str, message: str, start: Any, end: Any, **more: Any) -> None:
        span = unpack(_at(start), _at(end))
        self.diagnostics.add(
            Diagnostic(code=code, severity="error", message=message, path=self.path, span=span, **more)
        )

    # --- values -------------------------------------------------------------------------------------------

    def _node(self, event: Any, route: Route, key: int, depth: int) -> Any:
        """Build the value that begins with `event`; its position goes into `marks`."""
        kind = event.__class__
        if kind is ScalarEvent:
            start, end = event.start_mark, event.end_mark
            self.marks[route] = (key, start.line << 20 | start.column, end.line << 20 | end.column)
            length = len(event.value)
            self.characters += length
            if length > MAX_TEXT:
                self._too_long(event)
            if event.implicit[0] and not event.style and event.anchor is None:
                return resolve(event.value)
            return self._scalar(event, route)
        if kind is AliasEvent:
            return self._alias(event, route, key, depth)
        if event.anchor is None:
            return self._container(event, route, key, depth)
        outer, self.deepest = self.deepest, depth
        before, written = len(self.marks) + self.expanded, self.characters + self.repeated
        self.anchors[event.anchor] = None
        value = self._container(event, route, key, depth)
        size, written = len(self.marks) + self.expanded - before, self.characters + self.repeated - written
        self.anchors[event.anchor] = _Anchor(value, route, size, written, self.deepest - depth)
        self.deepest = max(outer, self.deepest)
        return value

    def _scalar(self, event: Any, route: Route) -> Any:
        plain = event.implicit[0] and not event.style  # a lone `!` before a quote makes it look plain
        value = resolve(event.value) if plain else self._marked_scalar(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(value, route, 1, len(event.value), 0)
        return value

    def _container(self, event: Any, route: Route, key: int, depth: int) -> Any:
        self._enter(event, depth)
        is_mapping = event.__class__ is MappingStartEvent
        if event.tag is not None and event.tag not in {_CORE + ("map" if is_mapping else "seq"), "!"}:
            self._unknown_tag(event)
        start = _at(event.start_mark)
        self.marks[route] = (key, start, start)  # before its children, so that marks are in document order
        fill = self._mapping if is_mapping else self._sequence
        value, last, close = fill(route, depth)
        # A block collection's own end is where the next thing begins; people see its last value's end.
        self.marks[route] = (key, start, _at(close.end_mark) if event.flow_style else last)
        return value

    def _enter(self, event: Any, depth: int) -> None:
        self.deepest = max(self.deepest, depth)
        if len(self.marks) > MAX_VALUES:
            self._too_many(event)
        if depth > MAX_DEPTH:
            self._report(
                "RL008",
                f"values are nested more than {MAX_DEPTH} levels deep",
                event.start_mark,
                event.end_mark,
                help="a spec needs about six levels; look for brackets that are never closed",
            )
            raise Refused

    def _too_many(self, event: Any) -> NoReturn:
        self._too_large(event, f"the file holds more than {MAX_VALUES:,} values up to here")

    def _too_long(self, event: Any) -> NoReturn:
        length = len(event.value)
        self._too_large(event, f"a text has {length:,} characters; it may have {MAX_TEXT:,}")

    def _too_large(self, event: Any, message: str) -> NoReturn:
        self._report("RL028", message, event.start_mark, event.end_mark, help="split it")
        raise Refused

    def _sequence(self, route: Route, depth: int) -> tuple[list[Any], int, Any]:
        out: list[Any] = []
        here = route
        while (event := self.get()).__class__ is not SequenceEndEvent:
            here = (*route, len(out))
            out.append(self._node(event, here, -1, depth + 1))
            if len(out) > MAX_VALUES:
                self._too_many(event)
        return out, self.marks[here][2], event

    def _mapping(self, route: Route, depth: int) -> tuple[dict[str, Any], int, Any]:
        out: dict[str, Any] = {}
        merges: list[tuple[Any, Any]] = []
        here, last_key = route, None
        get, node = self.get, self._node
        while (event := get()).__class__ is not MappingEndEvent:
            last_key = event
            mark = event.start_mark
            key = event.value if event.__class__ is ScalarEvent and not event.style else ""
            if key in _SPECIAL or key[0] in _NUMERIC or event.anchor is not None or event.tag is not None:
                if key == "<<" and event.tag is None:
                    here = self._merge_route(route, event)
                    merges.append((event, node(get(), here, _at(mark), depth + 1)))
                    continue
                key = self._key(event, (*route, ""), depth + 1)
            if len(key) > MAX_TEXT:
                self._too_long(event)
            here = (*route, key)
            if key in out:
                self._duplicate(key, here, event)
            out[key] = node(get(), here, mark.line << 20 | mark.column, depth + 1)
            if len(self.marks) > MAX_VALUES:
                self._too_many(event)
        for at, merged in merges:
            self._merge(out, merged, route, at)
        _, start, end = self.marks[here]
        if start == end and last_key is not None:  # a value that is not there: parsers differ on its place
            end = _at(last_key.end_mark)
        return out, end, event

    # --- keys ---------------------------------------------------------------------------------------------

    def _key(self, event: Any, route: Route, depth: int) -> str:
        """Return a key that is not simply an unquoted word."""
        value: Any = []
        if event.__class__ is ScalarEvent:
            value = self._scalar(event, route)
        elif event.__class__ is AliasEvent:
            anchor = self.anchors.get(event.anchor)
            value = self._bad_alias(event) if anchor is None else anchor.value
        else:
            self._skip(depth)
        if isinstance(value, str):
            return value
        return self._odd_key(event, value)

    def _odd_key(self, event: Any, value: Any) -> str:
        """Report a key that is not text; return a stand-in under which reading goes on."""
        typed = "" if isinstance(value, (dict, list)) else text_of(value) or event.value
        if isinstance(value, (dict, list)):
            message, cure = (
                "a key must be a word, not a list or a mapping",
                "braces in a text need quotes around it",
            )
        elif not typed:
            message, cure = "a key is missing before the colon", "name it"
        else:
            kind = {bool: "true/false", type(None): "empty"}.get(type(value), "a number")
            message, cure = f"the key `{typed}` reads as {kind}; keys are text", f'write "{typed}" in quotes'
        self._report("RL006", message, event.start_mark, event.end_mark, help=cure)
        return typed or "~"

    def _skip(self, depth: int) -> None:
        """Read to the end of the collection that has just begun."""
        level = 1
        while level:
            event = self.get()
            level += (event.__class__ in _OPENING) - (event.__class__ in _CLOSING)
            self._enter(event, depth + level)

    def _duplicate(self, key: str, here: Route, event: Any) -> None:
        self.doubled += 1  # such a value has the place of the first in `marks`
        if len(self.marks) + self.doubled > MAX_VALUES:
            self._too_many(event)
        first = self.marks[here][0]
        span = unpack(first, first + event.end_mark.column - event.start_mark.column)
        self._report(
            "RL003",
            f"the key `{key}` is already set on line {span.line}",
            event.start_mark,
            event.end_mark,
            help="keep one of the two",
            conflict=(Place(message="first set here", span=span),),
        )

    def _merge_route(self, route: Route, event: Any) -> Route:
        here = (*route, "<<")
        if here in self.marks:
            self._duplicate("<<", here, event)
        return here

    def _merge(self, out: dict[str, Any], merged: Any, route: Route, event: Any) -> None:
        """Add the keys of `<<:` that the mapping itself does not set; the first of several wins."""
        here = (*route, "<<")
        sources = [(merged, here)]
        if isinstance(merged, list):
            sources = [(item, (*here, i)) for i, item in enumerate(merged)]
        for source, at in sources:
            if not isinstance(source, dict):
                self._report(
                    "RL007",
                    "`<<` takes a mapping, or a list of mappings, whose keys it brings in here",
                    event.start_mark,
                    event.end_mark,
                    help="name one with an alias: `<<: *common`",
                )
                return
            for key, value in source.items():
                if key not in out:
                    out[key] = value
                    self.links[(*route, key)] = (*at, key)

    # --- scalars, aliases, tags ---------------------------------------------------------------------------

    def _marked_scalar(self, event: Any) -> Any:
        """Return the value of a quoted, block or tagged scalar."""
        text: str = event.value
        if event.style == '"' and (bad := first_unsafe(text)) is not None:
            self._report(
                "RL010",
                f"this text holds {name_of(text[bad])} through an escape; it could not stand in a script",
                event.start_mark,
                event.end_mark,
                help="take the escape out",
            )
        tag = event.tag
        if tag is None or tag == "!":
            return text if event.style else resolve(text)
        if tag not in _SCALAR_TAGS:
            self._unknown_tag(event)
            return text
        try:
            return scalars.tagged(tag.removeprefix(_CORE), text)
        except ValueError:
            self._report(
                "RL004",
                f"`{text}` is not what its tag `!!{tag.removeprefix(_CORE)}` says",
                event.start_mark,
                event.end_mark,
                help="take the tag away; values need none",
            )
            return text

    def _unknown_tag(self, event: Any) -> None:
        shown = event.tag.replace(_CORE, "!!", 1)
        self._report(
            "RL004",
            f"the tag `{shown}` is not known here",
            event.start_mark,
            event.end_mark,
            help="take it away: a spec is plain data; text that starts with `!` needs quotes",
        )

    def _alias(self, event: Any, route: Route, key: int, depth: int) -> Any:
        self.marks[route] = (key, _at(event.start_mark), _at(event.end_mark))
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            return self._bad_alias(event)
        self.links[route] = anchor.route
        self.expanded += anchor.size
        self.repeated += anchor.characters
        if self.repeated > MAX_EXPANDED_TEXT:
            self._too_large(
                event, f"written out, the aliases up to here have more than {MAX_EXPANDED_TEXT:,} characters"
            )
        self.deepest = max(self.deepest, depth + anchor.height)
        if self.expanded > MAX_EXPANDED or depth + anchor.height > MAX_DEPTH:
            self._report(
                "RL008",
                f"written out, the aliases up to `*{event.anchor}` make more than "
                f"{MAX_EXPANDED:,} values or {MAX_DEPTH} levels",
                event.start_mark,
                event.end_mark,
                help="name smaller pieces",
            )
            raise Refused
        return anchor.value

    def _bad_alias(self, event: Any) -> str:
        name = event.anchor
        inside = name in self.anchors
        self._report(
            "RL007",
            f"`*{name}` stands inside the value that it names"
            if inside
            else f"`*{name}` names nothing: no `&{name}` stands before it",
            event.start_mark,
            event.end_mark,
            help="" if inside else "text that starts with `*` needs quotes",
        )
        return f"*{name}"
