"""The tables of words: each signature knows its example, no earlier one takes it, and what they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from relionc.diag.codes import CODES
from relionc.plan.pins import PIN_NAMES
from relionc.runs import logs, postmortem, tables
from relionc.source import load
from relionc.source.values import as_mapping

SIGNATURES = tables.signatures()
# As squeue(1) of 26.05 lists them.
STATES = {
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "COMPLETING", "CONFIGURING", "DEADLINE", "FAILED", "LAUNCH_FAILED",
    "NODE_FAIL", "OUT_OF_MEMORY", "PENDING", "POWER_UP_NODE", "PREEMPTED", "RECONFIG_FAIL", "REQUEUED",
    "REQUEUE_FED", "REQUEUE_HOLD", "RESIZING", "RESV_DEL_HOLD", "REVOKED", "RUNNING", "SIGNALING",
    "SPECIAL_EXIT", "STAGE_OUT", "STOPPED", "SUSPENDED", "TIMEOUT", "UPDATE_DB",
}  # fmt: skip


def those_of(lines: tuple[str, ...], where: str) -> list[str]:
    """Return the signatures that lines of a log have, in the order in which they count."""
    log = logs.Log(where, tuple(logs.Line(number, text) for number, text in enumerate(lines, 1)))
    found = dict.fromkeys(("run.err", "run.out", "slurm"), logs.Log("")) | {where: log}
    return [each.id for each in SIGNATURES if postmortem.evidence(each, found)]


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda each: each.id)
def test_a_signature_knows_its_example_and_no_earlier_one_does(signature: tables.Signature) -> None:
    for where in signature.where:
        assert those_of(signature.seen, where)[0] == signature.id
    assert {*signature.where} <= {"run.err", "run.out", "slurm"}


def test_names_of_signatures_are_names_and_differ() -> None:
    names = [signature.id for signature in SIGNATURES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


def test_what_they_name_exists() -> None:
    causes = [each.cause for each in SIGNATURES] + [word.cause for word in tables.words().states.values()]
    assert {cause.code for cause in causes} - {""} <= set(CODES)
    keys = {key for cause in causes if cause.change for key in cause.change.keys}
    assert keys <= set(PIN_NAMES)
    assert {refusal.key for refusal in tables.words().refusals} - {""} <= {*PIN_NAMES, "gpus"}


def test_every_cause_says_what_it_means_in_a_sentence_without_a_full_stop() -> None:
    causes = [each.cause for each in SIGNATURES] + [word.cause for word in tables.words().states.values()]
    assert all(cause.means and not cause.means.endswith(".") for cause in causes)
    assert all(each.cause.cure for each in SIGNATURES)


def test_every_ending_that_a_script_can_note_is_known() -> None:
    loaded = load((Path(tables.__file__).parents[1] / "runtime/endings.yaml").read_bytes(), "endings.yaml")
    assert loaded.tree is not None
    noted = as_mapping(as_mapping(loaded.tree.value)["endings"])
    ended = {name for name, row in noted.items() if as_mapping(row)["status"] != 0}
    assert set(tables.endings()) == ended


def test_every_state_of_slurm_is_known() -> None:
    assert set(tables.words().states) == STATES


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("slurmstepd: error: *** JOB 9 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO TIME LIMIT ***", "TIMEOUT"),
        ("slurmstepd-cn1: error: *** JOB 9 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO JOB REQUEUE ***", "REQUEUED"),
        ("slurmstepd-cn1: error: *** JOB 9 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO PREEMPTION ***", "PREEMPTED"),
        ("[2026-11-29T03:03:48.006] error: *** JOB 9 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO TIME LIMIT ***",
         "TIMEOUT"),
        ("slurmstepd: error: *** JOB 9+0 ON cn1 CANCELLED AT 2026-11-29T03:03:48 ***", "CANCELLED"),
        ("[2026-11-29T03:03:48] error: *** JOB 9 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE to SIGNAL Terminated ***",
         "CANCELLED"),
    ],
)  # fmt: skip
def test_slurms_line_of_an_end_is_known_in_the_words_of_each_generation(line: str, state: str) -> None:
    found = postmortem.last_of_slurm(logs.Log("slurm", (logs.Line(1, line),)))
    assert found is not None
    assert found[0] == state


@pytest.mark.parametrize(
    "line",
    [
        "slurmstepd: error: *** STEP 9.0 ON cn1 CANCELLED AT 2026-11-29T03:03:48 ***",
        "[2026-11-29T03:03:48.006] error: *** STEP 9.0 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO TASK FAILURE ***",
        "a line of RELION with *** JOB 9 ON cn1 CANCELLED AT x ***",
    ],
)
def test_a_line_of_something_else_is_none(line: str) -> None:
    assert postmortem.last_of_slurm(logs.Log("slurm", (logs.Line(1, line),))) is None


def test_patterns_take_no_long_time_for_any_line() -> None:
    """Nothing in them tries the same characters in many ways."""
    import time

    patterns = [each.pattern for each in SIGNATURES] + [each.pattern for each in tables.words().refusals]
    patterns += [tables.words().ended.line, tables.words().test, *tables.marks()[:5]]
    lines = [
        "error " * 400,
        "* " * 1000,
        "1/" * 1000,
        "a" * 2000,
        "task " + "1," * 990,
        "Job 1 to start at " * 100,
    ]
    began = time.monotonic()
    for pattern in patterns:
        for line in lines:
            pattern.search(line)
    assert time.monotonic() - began < 2
