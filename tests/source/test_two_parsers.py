"""The C parser and the pure-Python one give the same values, positions and faults; ruamel's own loader agrees."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from relionc.diag import TextSpan
from relionc.source import load, text_of
from relionc.source.events import Source, from_c, from_python, source
from relionc.source.load import Loaded, load_text

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = sorted(
    {*ROOT.glob("specs/**/*.yaml"), *ROOT.glob("relionc/*/data/*.yaml"), *ROOT.glob("tools/*.yaml")}
)

indents = st.sampled_from(["  ", "   ", "\t"])
words = st.text("abyzé漢😀 0159.-_+:/#&*!%@'\"\\{}[],?|>~=<$", min_size=0, max_size=8)
plain = st.sampled_from(
    ["a", "yes", "12:00:00", "3.10", "010", "0x1F", "1e3", ".inf", "~", "null", "true", "${{ vars.a }}", "1_000",
     "two words", "${{ a }}/b", "", "C1", "é", "漢字"]
)  # fmt: skip


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def double(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


scalars = st.one_of(plain, words.map(quoted), words.map(double), st.sampled_from(["!!str 3", "!!int '3'"]))
keys = st.one_of(
    st.sampled_from(["a", "b", "c d", "é", "no", "k-1"]), words.map(lambda text: quoted("q" + text))
)


def flow(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    safe = children.filter(lambda text: "\n" not in text and "${{" not in text and "`" not in text)
    lists = st.lists(safe.filter(bool), max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
    pairs = st.lists(st.tuples(keys, safe), max_size=3, unique_by=lambda pair: pair[0])
    return lists | pairs.map(lambda items: "{" + ", ".join(f"{k}: {v}" for k, v in items) + "}")


def indented(text: str) -> str:
    return "\n".join("  " + line if line else "" for line in text.split("\n"))


def block(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def under(text: str) -> str:
        return f"\n{indented(text)}" if "\n" in text or text.startswith(("- ", "K")) else f" {text}  # c: d"

    one_line = st.lists(st.sampled_from(["x", "", "y z", "# no"]), min_size=1, max_size=3).map("\n".join)
    literal = st.tuples(st.sampled_from(["|", ">", "|-", ">+"]), one_line).map(
        lambda p: f"{p[0]}\n{indented(p[1])}\n"
    )
    values = children.map(under) | literal.map(lambda text: " " + text)
    pairs = st.lists(st.tuples(keys, values), min_size=1, max_size=4, unique_by=lambda pair: pair[0])
    mapping = pairs.map(lambda items: "K0: 1\n" + "\n".join(f"{k}:{v}" for k, v in items))
    items = st.lists(children.filter(lambda text: "\n" not in text), min_size=1, max_size=3)
    return mapping | items.map(lambda lines: "\n".join(f"- {line}" for line in lines) + "\n")


flows = st.recursive(scalars, flow, max_leaves=6)
documents = st.recursive(flows, block, max_leaves=10)


def both(text: str) -> tuple[Loaded, Loaded]:
    return load_text(text, "f", from_c), load_text(text, "f", from_python)


def comparable(value: Any) -> Any:
    """Return a value in which equal means equal in kind, in spelling and in number."""
    if isinstance(value, dict):
        return {key: comparable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    return (
        type(value).__name__,
        text_of(value),
        None if isinstance(value, float) and math.isnan(value) else value,
    )


def assert_same(text: str) -> Loaded:
    fast, slow = both(text)
    assert (fast.tree is None) == (slow.tree is None), (fast.diagnostics, slow.diagnostics)
    if fast.tree is not None and slow.tree is not None:
        assert comparable(fast.tree.value) == comparable(slow.tree.value)
        assert fast.diagnostics == slow.diagnostics
        routes = {(route, key) for route in fast.tree.marks for key in (True, False)}
        for route, key in routes:
            assert fast.tree.span(route, on_key=key) == slow.tree.span(route, on_key=key), route
    return fast


@given(documents)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_parsers_see_the_same(text: str) -> None:
    loaded = assert_same(text)
    assert loaded.tree is not None, (text, loaded.diagnostics)


@given(st.text("ab:-?[]{},#&*!|>'\"%@` \t\n0\\", max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_where_both_parsers_accept_noise_they_see_the_same(text: str) -> None:
    # Text without indentation after a lone `>` or `|`: libyaml sees a comment in `#` there, the other text. No
    # spec is such a document.
    assume(not text.lstrip().startswith(("|", ">")))
    fast, slow = both(text)
    if fast.tree is not None and slow.tree is not None and not (fast.diagnostics or slow.diagnostics):
        assert comparable(fast.tree.value) == comparable(slow.tree.value)


def as_ruamel(value: Any) -> Any:
    """Return what ruamel's round-trip loader made as plain values."""
    if isinstance(value, dict):
        return {key: as_ruamel(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_ruamel(inner) for inner in value]
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    if isinstance(value, date):  # a timestamp, which YAML 1.2's core schema has not
        return value.isoformat()
    plain_kind = next((kind for kind in (bool, int, float, str) if isinstance(value, kind)), None)
    return value if plain_kind is None else plain_kind(value)


@given(documents)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_ruamels_own_loader_agrees(text: str) -> None:
    if "1_000" in text or "!!" in text:  # a number to ruamel, text to YAML 1.2; tags stay objects there
        return
    tree = load(text.encode(), "f").tree
    assert tree is not None
    assert as_ruamel(tree.value) == as_ruamel(YAML(typ="rt", pure=True).load(text))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: str(path.relative_to(ROOT)))
def test_real_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    loaded = assert_same(text)
    assert not loaded.diagnostics
    assert loaded.tree is not None
    assert as_ruamel(loaded.tree.value) == as_ruamel(YAML(typ="rt", pure=True).load(text))


@pytest.mark.parametrize("opened", [from_c, from_python])
def test_aliases_and_merges_in_either_parser(opened: Source) -> None:
    text = "a: &a {x: 1}\nb: &s word\nc:\n  <<: *a\n  y: *s\n? *s\n: 3\n"
    tree = load_text(text, "f", opened).tree
    assert tree is not None
    assert tree.value == {"a": {"x": 1}, "b": "word", "c": {"x": 1, "y": "word"}, "word": 3}


def test_without_the_extension_the_pure_parser_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "_ruamel_yaml", None)
    with pytest.raises(ImportError):
        from_c("a: 1")
    assert load_text("a: [010, 'x']", "f", source).tree is not None


def test_what_the_c_parser_is_too_old_for_is_read_all_the_same() -> None:
    tree = load(b"resources: {time: 12:00:00, image: [docker://x/y:z]}\n", "f").tree
    assert tree is not None
    assert tree.value == {"resources": {"time": "12:00:00", "image": ["docker://x/y:z"]}}
    assert tree.span(("resources", "time")) == TextSpan(1, 19, 1, 27)
