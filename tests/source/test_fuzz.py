"""No input makes the reader raise, and whatever it says points into the text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from relionc.source import load
from relionc.source.events import Source, from_c, from_python
from relionc.source.load import Loaded, load_text
from relionc.source.values import split_lines

NOISE = st.text("ab:-?[]{},#&*!|>'\"%@`~<=.+ \t\n\r0179é漢\x00\x1b\x85\u2028\ufeff\\exuUN", max_size=60)
FRAGMENTS = st.lists(
    st.sampled_from(
        ["a: ", "- ", "? ", ": ", "\n", "  ", "\t", "&x ", "*x", "<<: ", "!!int ", "!t ", "!<", "%YAML 1.2\n", "---\n",
         "...\n", "%TAG ! tag:x,2000:\n", "[", "]", "{", "}", ", ", "'", '"', "|", ">-", "2", "\\", "\\x1b", "\\ud800",
         "\\U0010ffff", "#", "${{ "]
    ),
    max_size=25,
).map("".join)  # fmt: skip


def assert_sane(loaded: Loaded, text: str) -> None:
    lines = split_lines(text)
    assert loaded.tree is not None or loaded.diagnostics
    for found in loaded.diagnostics:
        assert found.message
        if found.span is not None:
            assert 1 <= found.span.line <= found.span.end_line <= len(lines) + 1
            assert found.span.column >= 1
    if loaded.tree is not None:
        for route in loaded.tree.marks:
            for on_key in (True, False):
                span = loaded.tree.span(route, on_key=on_key)
                assert span is not None
                assert (span.line, span.column) <= (span.end_line, span.end_column)


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbf\xef\xbb\xbfa: 1")
@example(b"\xff\xfea\x00")
@example(b"%YAML 99999999999999999999.1\n---\n")
@example(b"- !!int\n- !!float x\n- !!null 3\n- !!bool yes\n")
@example(b"&a : &a\n")
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes(data: bytes) -> None:
    assert_sane(load(data, "f"), data.decode("utf-8-sig", errors="replace"))


@pytest.mark.parametrize("opened", [from_c, from_python])
@given(text=NOISE | FRAGMENTS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_near_yaml(opened: Source, text: str) -> None:
    assert_sane(load_text(text, "f", opened), text)
