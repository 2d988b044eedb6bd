"""Inputs of strangers who mean harm get their answer: exit status, words, and no more memory than allowed."""

from __future__ import annotations

import pytest
from hostile import HOSTILE, run, wrong


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_an_input_that_means_harm_gets_its_answer(hostile, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    seen = run(hostile, folder)
    assert wrong(hostile, seen, folder) == [], seen.said[:2000]
