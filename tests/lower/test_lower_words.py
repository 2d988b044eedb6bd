"""References stay references: parts of a spec's texts, `${NAME}` in profiles only."""

from __future__ import annotations

import pytest

from relionc.expr import refs
from relionc.ir import ShellRef
from relionc.lower.shell_words import path_word, profile_word, word

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


# What `man sbatch` and `man srun` (22.05), "OUTPUT ENVIRONMENT VARIABLES", call a number; and what may hold more.
NUMBERS = [
    "SLURM_ARRAY_JOB_ID",
    "SLURM_ARRAY_TASK_COUNT",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_CPUS_ON_NODE",
    "SLURM_CPUS_PER_TASK",
    "SLURM_GPUS_ON_NODE",
    "SLURM_JOBID",
    "SLURM_JOB_ID",
    "SLURM_JOB_NUM_NODES",
    "SLURM_LOCALID",
    "SLURM_MEM_PER_CPU",
    "SLURM_MEM_PER_NODE",
    "SLURM_NNODES",
    "SLURM_NODEID",
    "SLURM_NPROCS",
    "SLURM_NTASKS",
    "SLURM_NTASKS_PER_NODE",
    "SLURM_PROCID",
]
TEXTS = ["HOME", "SLURM_JOB_CPUS_PER_NODE", "SLURM_JOB_NAME", "SLURM_JOB_NODELIST", "SLURM_TASKS_PER_NODE"]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_variable_that_is_a_number_needs_no_quotes(name):
    assert profile_word(f"${{{name}}}") == (ShellRef(name, integer=True),)


@pytest.mark.parametrize("name", TEXTS)
def test_any_other_variable_is_quoted(name):
    assert profile_word(f"${{{name}}}") == (ShellRef(name, integer=False),)
