"""The examples in the docstrings of the solver are what it does."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["search", "narrow"])
def test_a_worked_example_is_what_happens(name: str) -> None:
    failed, attempted = doctest.testmod(import_module(f"relionc.solve.{name}"))
    assert (failed, attempted > 0) == (0, True)
