"""The examples in the docstrings of the solver are what it does, and its page names functions that exist."""

from __future__ import annotations

import doctest
import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/solver.md"
MODULES = [
    import_module(f"relionc.solve.{name}")
    for name in ("blame", "conflict", "costs", "judges", "narrow", "problem", "search", "walk")
]


@pytest.mark.parametrize("name", ["search", "narrow"])
def test_a_worked_example_is_what_happens(name: str) -> None:
    failed, attempted = doctest.testmod(import_module(f"relionc.solve.{name}"))
    assert (failed, attempted > 0) == (0, True)


def test_each_sentence_about_the_search_names_functions_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8").split("## The search\n")[1].split("\n## ")[0]
    sentences = re.findall(r"^- (.*(?:\n  .*)*)", text, re.MULTILINE)
    assert len(sentences) > 6
    for sentence in sentences[:-1]:  # the last one is about what is remembered between searches
        named = [name for name in re.findall(r"`([\w.]+)`", sentence) if not name.endswith(".py")]
        assert named, sentence
        for name in named:
            assert any(_has(module, name) for module in MODULES), name


def _has(module: object, name: str) -> bool:
    """Whether a module has a dotted name."""
    missing = object()
    found = reduce(lambda value, part: getattr(value, part, missing), name.split("."), module)
    return found is not missing
