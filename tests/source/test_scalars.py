"""Unquoted scalars mean what YAML 1.2's core schema says, and keep how they were typed."""

from __future__ import annotations

import math

import pytest

from relionc.source import load, text_of


def value(text: str) -> object:
    tree = load(f"a: {text}\n".encode(), "f").tree
    assert tree is not None
    return tree.value["a"]


@pytest.mark.parametrize(
    "text",
    ["12:00:00", "1-00:00:00", "yes", "no", "on", "off", "Yes", "1_000", "0b11", "0o8", "0x", "+0x1F", "+", ".",
     "1e", "1.2.3", "6g", "200G", "2026-11-22", "${{ vars.a }}", "nan", "inf", "NULL_", "C1", "²", "1²", "\u0661"],
)  # fmt: skip
def test_what_only_looks_like_a_number_or_a_bool_stays_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [("6", 6), ("-1", -1), ("0", 0), ("010", 10), ("+5", 5), ("-0", 0), ("0o17", 15), ("0x1F", 31), ("0xff", 255),
     ("3.10", 3.1), ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-1.5E-3", -0.0015), ("+1.0", 1.0),
     (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf)],
)  # fmt: skip
def test_numbers_keep_their_spelling(text: str, meant: float) -> None:
    found = value(text)
    assert found == meant
    assert isinstance(found, type(meant))
    assert text_of(found) == text


def test_not_a_number_is_a_float() -> None:
    found = value(".NaN")
    assert isinstance(found, float)
    assert math.isnan(found)
    assert text_of(found) == ".NaN"


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(("text", "meant"), [("true", True), ("FALSE", False), ("True", True)])
def test_booleans(text: str, meant: bool) -> None:
    assert value(text) is meant


@pytest.mark.parametrize("text", ["3.10", "true", "~", "0x1F", "", "12"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_what_is_quoted_is_text(text: str, quote: str) -> None:
    assert value(quote + text + quote) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("!!str 3", "3"),
        ("!!int '3'", 3),
        ("!!float 3", 3.0),
        ('!!bool "true"', True),
        ("!!null ''", None),
        ("! '3'", "3"),
    ],
)
def test_core_tags(text: str, meant: object) -> None:
    found = value(text)
    assert found == meant
    assert type(found) in {type(meant), *type(meant).__subclasses__()}


def test_an_absurdly_long_number_is_text_not_a_crash() -> None:
    assert value("9" * 5000) == "9" * 5000
    assert value("1e999999") == math.inf
