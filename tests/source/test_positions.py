"""Every key and value is found where it stands in the text."""

from __future__ import annotations

import pytest

from relionc.diag import Route, TextSpan
from relionc.source import Tree, load


def parsed(text: str) -> Tree:
    loaded = load(text.encode(), "f")
    assert loaded.tree is not None
    assert not loaded.diagnostics
    return loaded.tree


def shown(tree: Tree, route: Route, *, on_key: bool = False) -> str:
    """Return the text that the span of a route covers."""
    span = tree.span(route, on_key=on_key)
    assert span is not None
    lines = tree.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, *rest = lines[span.line - 1 : span.end_line]
    return "\n".join([first[span.column - 1 :], *rest[:-1], rest[-1][: span.end_column - 1]])


DOCUMENT = """\
plain: two words   # a comment
"a key": 'it''s'
'β': "x\\ty"  # non-ASCII before this one: ä
list:
- 1
-   b: [c, {d: e, f: "g"}]   # more
    h: !!str 4

block: |
  first

  second

folded: >-
  a
  b
many words: over
  two lines
empty:
'nothing' :   # no value
last: &name
  k: v

"""


@pytest.mark.parametrize(
    ("route", "key", "value"),
    [
        (("plain",), "plain", "two words"),
        (("a key",), '"a key"', "'it''s'"),
        (("β",), "'β'", '"x\\ty"'),
        (("list",), "list", '- 1\n-   b: [c, {d: e, f: "g"}]   # more\n    h: !!str 4'),
        (("list", 1, "b"), "b", '[c, {d: e, f: "g"}]'),
        (("list", 1, "b", 1), None, '{d: e, f: "g"}'),
        (("list", 1, "b", 1, "f"), "f", '"g"'),
        (("list", 1, "h"), "h", "!!str 4"),
        (("block",), "block", "|\n  first\n\n  second"),
        (("folded",), "folded", ">-\n  a\n  b"),
        (("many words",), "many words", "over\n  two lines"),
        (("empty",), "empty", ""),
        (("nothing",), "'nothing'", ""),
        (("last", "k"), "k", "v"),
    ],
)
def test_spans_cover_key_and_value(route: Route, key: str | None, value: str) -> None:
    tree = parsed(DOCUMENT)
    assert shown(tree, route) == value
    if key is not None:
        assert shown(tree, route, on_key=True) == key


def test_a_key_of_several_documents_styles() -> None:
    tree = parsed('? complex key\n: 1\n&a "b\\"c" : 2\n*a : 3\n!!str x: 4\n'.replace("*a : 3\n", ""))
    assert shown(tree, ("complex key",), on_key=True) == "complex key"
    assert shown(tree, ('b"c',), on_key=True) == '&a "b\\"c"'


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_move_positions(newline: str) -> None:
    tree = parsed(DOCUMENT.replace("\n", newline))
    assert tree.span(("last", "k")) == TextSpan(22, 6, 22, 7)
    assert shown(tree, ("block",)) == "|\n  first\n\n  second"


def test_a_byte_order_mark_and_tabs_count_as_editors_count() -> None:
    tree = parsed("\ufeffa:\tb\t# c\nd: [1,\t2]\n")
    assert tree.span(("a",)) == TextSpan(1, 4, 1, 5)
    assert tree.span(("d", 1)) == TextSpan(2, 8, 2, 9)


def test_columns_count_characters() -> None:
    tree = parsed("a: {é: 漢字, 😀: 1}\n")
    assert tree.span(("a", "😀"), on_key=True) == TextSpan(1, 12, 1, 13)


def test_what_is_not_there_is_shown_at_its_nearest_ancestor() -> None:
    tree = parsed("jobs:\n  a:\n    type: x\n")
    assert shown(tree, ("jobs", "a", "resources", "nodes")) == "a"
    assert shown(tree, ("cluster",)) == "jobs:\n  a:\n    type: x"
    assert shown(tree, ("jobs", "a"), on_key=True) == "a"
    assert parsed("").span(("jobs",)) is None


def test_what_an_alias_or_a_merge_brings_in_is_shown_where_it_is_written() -> None:
    tree = parsed(
        "base: &base {nodes: 4, deep: {x: 1}}\n"
        "more: &more\n  <<: *base\n  mem: 6g\n"
        "a: *more\n"
        "b:\n  <<: [*more, {time: 60}]\n  nodes: 8\n"
    )
    assert tree.value["b"] == {"nodes": 8, "mem": "6g", "deep": {"x": 1}, "time": 60}
    assert tree.span(("a",)) == TextSpan(5, 4, 5, 9)
    assert tree.span(("a", "mem")) == tree.span(("more", "mem"))
    assert tree.span(("a", "nodes")) == tree.span(("base", "nodes"))
    assert tree.span(("b", "deep", "x")) == tree.span(("base", "deep", "x"))
    assert tree.span(("b", "deep", "x"), on_key=True) == tree.span(("base", "deep", "x"), on_key=True)
    assert shown(tree, ("b", "nodes")) == "8"
    assert shown(tree, ("b", "time")) == "60"


def test_an_empty_value_stands_behind_its_colon() -> None:
    tree = parsed("a:\nb :  # c\nc: {d, e: }\n")
    places = {route: tree.span(route) for route in [("a",), ("b",), ("c", "d"), ("c", "e")]}
    assert places == {
        ("a",): TextSpan(1, 3, 1, 3),
        ("b",): TextSpan(2, 4, 2, 4),
        ("c", "d"): TextSpan(3, 6, 3, 6),
        ("c", "e"): TextSpan(3, 10, 3, 10),
    }
