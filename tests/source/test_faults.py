"""Whatever is wrong with a text is said with a code, a place and a way out."""

from __future__ import annotations

import re

import pytest

from relionc.diag.codes import CODES
from relionc.source import load
from relionc.source.build import MAX_DEPTH
from relionc.source.load import MAX_BYTES

CASES = [
    # what, document, place of the first diagnostic, its code, words of message or help
    ("a second key on a line", "a: b: c", "1:5", "RL001", "quotes"),
    ("a missing colon", "key value\nother: 3", "2:6", "RL001", "no colon"),
    ("a tab as indentation", "a:\n\tb: 1", "2:1", "RL001", "use spaces"),
    ("an open quote", "a: 'x\nb: 1\n", "1:4", "RL001", "closing quote"),
    ("an open bracket", "a: [1, 2\n\n", "1:4", "RL001", "closing bracket"),
    ("an open bracket at the end", "a: [", "1:5", "RL001", "closing bracket"),
    ("a missing comma", "a: [1, 'b' c]", "1:12", "RL001", "comma"),
    ("an expression in braces", "a: {b: ${{ vars.n }}, c: 3}", "1:9", "RL001", '"${{ … }}"'),
    ("an unknown escape", 'a: "C:\\data"', "1:7", "RL001", "single quotes"),
    ("wrong indentation", "a:\n    b: 1\n  c: 2", "3:3", "RL001", "same column"),
    ("an indented first line", " a: 1\nb: 2", "2:1", "RL001", "same column"),
    ("text after a quote", "a: 'b' c", "1:8", "RL001", "whole value"),
    ("an item on a key's line", "a: - b", "1:4", "RL001", "lines of their own"),
    ("a forbidden first character", "a: @x", "1:4", "RL001", "quotes around"),
    ("words behind a block mark", "a: |x\n  y", "1:5", "RL001", "next line"),
    ("a lone star", "a: * x", "1:4", "RL001", "quotes around"),
    ("a directive", "%YAM 1\n---\na: 1", "1:5", "RL001", "delete the line"),
    ("a line without a colon", "a: 1\nb\n", "2:1", "RL001", "colon"),
    ("a key that is set twice", "a: 1\nb: 2\na: 3", "3:1", "RL003", "line 1"),
    ("a foreign tag", "a: !env HOME", "1:4", "RL004", "`!env`"),
    ("a tag of YAML 1.1", "a: !!set {b, c}", "1:4", "RL004", "`!!set`"),
    ("a tag that lies", "a: !!int many", "1:4", "RL004", "`many`"),
    ("a second document", "a: 1\n---\nb: 2", "2:1", "RL005", "file of its own"),
    ("a number as a key", "a:\n  1: x", "2:3", "RL006", '"1"'),
    ("a bool as a key", "true: x", "1:1", "RL006", '"true"'),
    ("null as a key", "~: x", "1:1", "RL006", '"~"'),
    ("an empty key", "a: 1\n? \n: 2", "2:2", "RL006", "name it"),
    ("a list as a key", "? [a, b]\n: c", "1:3", "RL006", "a word"),
    ("an alias to nothing", "a: *b", "1:4", "RL007", "`&b`"),
    ("an alias inside its own value", "a: &b [*b]", "1:8", "RL007", "inside the value"),
    ("a merge of a number", "a:\n  <<: 3", "2:3", "RL007", "`<<: *common`"),
    ("two merges", "x: &x {}\na:\n  <<: *x\n  <<: *x", "4:3", "RL003", "line 3"),
    ("an escape sequence", 'a: "\\e[31mred"', "1:4", "RL010", "U+001B"),
    ("a carriage return", 'a: "b\\rc"', "1:4", "RL010", "U+000D"),
    ("a raw control character", "a: 1\nb: \x07", "2:4", "RL010", "U+0007"),
    ("a raw zero byte", "a\x00: 1", "1:2", "RL010", "zero byte"),
    ("text that runs backwards", "a: b # \u202e c", "1:8", "RL010", "reorders"),
    ("an invisible line break", "a: b\u2028c: d", "1:5", "RL010", "line separator"),
]


@pytest.mark.parametrize(
    ("text", "place", "code", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_fault(text: str, place: str, code: str, words: str) -> None:
    diagnostics = load(text.encode(), "f").diagnostics
    assert diagnostics, "nothing was said"
    first = diagnostics[0]
    assert first.code == code
    assert first.span is not None
    assert f"{first.span.line}:{first.span.column}" == place
    assert words in f"{first.message}; {first.help}"
    assert first.help or "inside the value" in first.message
    assert not re.search(
        r"ruamel|libyaml|while (parsing|scanning)|did not find|found ", first.message + first.help
    )


def test_every_code_is_in_the_table() -> None:
    assert {case[3] for case in CASES} <= set(CODES)


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"a: 1\nb: \xff", (2, 4), "0xFF"),
        ("é: ".encode() + b"\xe9", (1, 4), "0xE9"),
        ("a: 1".encode("utf-16"), None, "UTF-16"),
    ],
)
def test_a_file_that_is_not_utf8(data: bytes, place: tuple[int, int] | None, words: str) -> None:
    (found,) = load(data, "f").diagnostics
    assert found.code == "RL002"
    assert words in found.message
    assert (found.span and (found.span.line, found.span.column)) == place


def test_a_duplicate_names_both_places() -> None:
    (found,) = load(b'jobs:\n  "a": 1\n  b: 2\n  a: 3\n', "f").diagnostics
    (first,) = found.conflict
    assert first.span is not None
    assert found.span is not None
    assert (found.span.line, first.span.line, first.span.column) == (4, 2, 3)


def test_all_faults_are_told_and_the_values_are_still_there() -> None:
    loaded = load(b"a: 1\na: 2\nb: !x 3\n4: 5\nc: *d\n---\ne: 6\n", "f")
    assert [d.code for d in loaded.diagnostics] == ["RL003", "RL004", "RL006", "RL007", "RL005"]
    assert loaded.tree is not None
    assert loaded.tree.value == {"a": 2, "b": "3", "4": 5, "c": "*d"}


def test_depth_is_bounded_exactly() -> None:
    assert load(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "f").tree is not None
    deeper = load(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "f")
    assert deeper.tree is None
    assert [d.code for d in deeper.diagnostics] == ["RL008"]


def test_a_bracket_bomb_ends_early() -> None:
    assert [d.code for d in load(b"[" * 1_000_000, "f").diagnostics] == ["RL008"]
    assert [d.code for d in load(b"? " + b"[" * 1_000_000, "f").diagnostics] == ["RL008"]


def test_a_billion_laughs_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert [d.code for d in load("\n".join(lines).encode(), "f").diagnostics] == ["RL008"]


def test_merge_bombs_are_refused() -> None:
    wide = "base: &m0 {" + ", ".join(f"k{i}: 1" for i in range(500)) + "}"
    lines = [wide] + [f"m{i}: &m{i}\n  <<: [{', '.join(['*m0'] * 50)}]" for i in range(1, 20)]
    assert [d.code for d in load("\n".join(lines).encode(), "f").diagnostics] == ["RL008"]


def test_aliases_cannot_pile_up_depth() -> None:
    nested = "[" * 40 + "{}" + "]" * 40
    text = f"a: &a {nested.format('x')}\nb: {nested.format('*a')}\n"
    assert [d.code for d in load(text.encode(), "f").diagnostics] == ["RL008"]


def test_a_modest_use_of_aliases_is_fine() -> None:
    lines = ["common: &common {nodes: 4, time: 60}"] + [f"j{i}:\n  <<: *common" for i in range(1000)]
    loaded = load("\n".join(lines).encode(), "f")
    assert not loaded.diagnostics
    assert loaded.tree is not None
    assert loaded.tree.value["j999"] == {"nodes": 4, "time": 60}


def test_size_is_bounded() -> None:
    (found,) = load(b"# x\n" * (MAX_BYTES // 4) + b"#", "f").diagnostics
    assert found.code == "RL009"
    assert "4,194,305" in found.message
    assert not load(b"# x\n" * (MAX_BYTES // 4), "f").diagnostics


def test_a_line_too_long_for_a_position_is_refused() -> None:
    assert [d.code for d in load(b"#" * 1_500_000, "f").diagnostics] == ["RL009"]
