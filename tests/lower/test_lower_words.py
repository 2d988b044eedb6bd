"""References stay references: parts of a spec's texts, `${NAME}` in profiles only."""

from __future__ import annotations

import pytest

from relionc.expr import refs
from relionc.ir import ShellRef
from relionc.lower.words import path_word, profile_word, word

JOB_ID = ShellRef("SLURM_JOB_ID", integer=True)


def test_a_specs_text_holds_references_as_parts_only():
    assert word(refs.braced("/lscratch/${SLURM_JOB_ID}/x")) == ("/lscratch/", JOB_ID, "/x")
    assert word("costs ${MONEY}") == ("costs ${MONEY}",)
    assert word("") == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("/lscratch/${SLURM_JOB_ID}", ("/lscratch/", JOB_ID)),
        ("${A}${B}c", (ShellRef("A"), ShellRef("B"), "c")),
        ("$A ${} ${1x} ${open", ("$A ${} ${1x} ${open",)),
        ("${HÖME}${HOME}", ("${HÖME}${HOME}",)),
    ],
)
def test_a_profiles_text_may_use_braces(text, parts):
    assert "".join(map(str, profile_word(text))) == "".join(map(str, parts))
    assert [p for p in profile_word(text) if isinstance(p, ShellRef)] == [
        p for p in parts if isinstance(p, ShellRef)
    ]


def test_only_a_leading_tilde_is_home():
    assert path_word("~/a") == (ShellRef("HOME"), "/a")
    assert path_word("~") == (ShellRef("HOME"),)
    assert path_word("~other/a") == ("~other/a",)
    assert path_word("a/~/b") == ("a/~/b",)
