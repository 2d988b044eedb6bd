"""What may be printed: nothing that a terminal or a CI service obeys, and no more changed than must be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.diag import Diagnostic, render, reports
from relionc.diag.clean import harmless, harmless_json, is_harmless, printable
from relionc.diag.excerpts import lines_shown
from relionc.diag.summary import summary

OBEYED = [
    "\x1b[2J",
    "\x9b31m",
    "a\rb",
    "a\x08b",
    "\x7f",
    "\u202eabc",
    "\u2066a",
    "a\u2028::error::b",
    "\ufeff::error::b",
    "::error file=x::y",
    " \t::set-output name=a::b",
    "\u3000::error::b",
    "x\n::error::y",
    "##[error]x",
    "a ##vso[task.setvariable variable=x]y",
    "###[group]",
    "##teamcity[buildStop]",
    "\udcff",
]
PIECES = [
    "::",
    ":",
    "##",
    "#",
    "[",
    "vso[",
    "error",
    " ",
    "\t",
    "\n",
    "\r",
    "\x1b",
    "\u202e",
    "\u00a0",
    "\udc80",
]
TEXTS = st.lists(st.sampled_from(PIECES)).map("".join)


def is_obeyed(text: str) -> bool:
    """Whether a terminal would act on `text`, or a CI service on a line of it: by other means than the code's own."""
    for line in text.split("\n"):
        words = line.strip()
        if words.startswith("::") or "##[" in line or "##vso[" in line or "##teamcity[" in line:
            return True
        if any(
            (ord(c) < 0x20 and c != "\t") or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u2028\ufeff"
            for c in line
        ):
            return True
        if any(0xD800 <= ord(c) < 0xE000 for c in line):
            return True
    return False


@pytest.mark.parametrize("text", OBEYED)
def test_what_is_obeyed_is_spelled_out(text):
    assert is_obeyed(text)
    assert not is_harmless(text)
    assert not is_obeyed(harmless(text))
    assert is_harmless(harmless(text))


@given(TEXTS)
def test_no_text_stays_obeyed(text):
    assert not is_obeyed(harmless(text))
    assert harmless(harmless(text)) == harmless(text)
    if is_harmless(text):
        assert not is_obeyed(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b\n",
        "wrote build/x/ (7 files)\n",
        "node[0]\t1 · ▇\n",
        "a::b ## c",
        "Größe 粒子\u3000",
        "#SBATCH\n#[a]",
    ],
)
def test_what_nobody_obeys_stays_as_it_is(text):
    assert harmless(text) == text
    assert is_harmless(text)


def test_a_no_break_space_is_shown_and_may_stand_in_a_script():
    assert harmless("a\u00a0b") == r"a\xa0b"
    assert is_harmless("a\u00a0b")


@given(TEXTS)
def test_json_keeps_its_values(text):
    for ascii_only in (True, False):
        shown = harmless_json(json.dumps({text: [text, "\U000e0001"]}, ensure_ascii=ascii_only, indent=1))
        assert not is_obeyed(shown)
        assert json.loads(shown) == {text: [text, "\U000e0001"]}


@pytest.mark.parametrize("text", OBEYED)
def test_no_report_holds_what_is_obeyed(text):
    found = [Diagnostic("RL010", "error", text, text, None, help=f"{text}\n{text}", why=text)]
    shown = [
        render.text(found, lines_shown(found, {text: f"{text}\n{text}"}), color=False),
        summary(found, 1, [text]) + "\n",
        render.json_lines(found),
        reports.sarif(found, version="1"),
        reports.junit(found, [text]),
    ]
    assert [each for each in shown if is_obeyed(each)] == []


@pytest.mark.parametrize("text", OBEYED)
def test_an_annotation_is_one_line_of_our_own(text):
    shown = render.github([Diagnostic("RL010", "error", text, text, None, help=text)])
    assert shown.startswith("::error file=")
    assert shown.endswith("\n")
    assert printable(shown[:-1]) == shown[:-1]
    assert "##[" not in shown
    assert "##vso[" not in shown
