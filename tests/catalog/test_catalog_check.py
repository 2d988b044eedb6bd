"""`relionc catalog check`: a site's own RELION against the catalogue, a real one and one that is another."""

from __future__ import annotations

import os
from pathlib import Path

import fake_pipeliner
import pytest

from relionc import catalog
from relionc.cli.app import run
from relionc.pipeline import questions
from relionc.pipeline.own_build import refused_for

UNPACKED = Path(os.environ.get("RELIONC_RELION_5_1") or Path.home() / ".cache" / "relionc-lab" / "relion-5.1")
PROGRAMS = {
    "3.1.3": Path("/usr/bin/relion_pipeliner"),
    "5.1.0": UNPACKED / "usr" / "bin" / "relion_pipeliner",
}


@pytest.fixture
def fake(tmp_path: Path) -> str:
    return str(fake_pipeliner.written(tmp_path))


def test_a_program_that_differs_is_told_apart_by_name(fake, capsys):
    assert run(["catalog", "check", "maskcreate", "--program", fake]) == 1
    said = capsys.readouterr().out
    assert said.startswith("RELION 3.1.9 against the catalogue's 3.1: 1 job types, ")
    assert "maskcreate differs:\n" in said
    assert "`softness` is not in the catalogue (default 3)\n" in said
    assert "`extend_inimask` is in the catalogue only\n" in said
    assert "`inimask_threshold` is 0.05 by default, in the catalogue 0.02\n" in said
    assert "with do_helix: Yes\n    program    `which relion_mask_create` " in said
    assert "and " in said
    assert "--spiral" in said
    assert "with angpix" not in said, "what is the same is not told"


def test_what_is_no_pipeliner_is_a_wrong_call(tmp_path, capsys):
    assert run(["catalog", "check", "--program", str(tmp_path / "nothing")]) == 2
    assert "there is no program" in capsys.readouterr().err
    assert run(["catalog", "check", "--program", "true"]) == 2
    assert "does not say which RELION it is" in capsys.readouterr().err
    assert run(["catalog", "check", "class4d", "--program", "true"]) == 2


@pytest.mark.oracle
@pytest.mark.parametrize("release", PROGRAMS)
@pytest.mark.parametrize("name", ["maskcreate", "joinstar"])
def test_a_real_program_is_as_the_catalogue_says(release, name, capsys):
    program = PROGRAMS[release]
    if not program.exists() and not (release == "3.1.3" and os.environ.get("RELIONC_REQUIRE_LAB") == "1"):
        pytest.skip(f"RELION {release} is not there")
    assert run(["catalog", "check", name, "--program", str(program)]) == 0, capsys.readouterr().out
    assert f"the same: {name}" in capsys.readouterr().out


def test_every_job_type_can_be_asked_about():
    """Without a base that is taken nothing but refusals would be compared; picktomo looks into a file."""
    refused = {
        (version, name)
        for version in ("3.1", "4.0", "5.0", "5.1")
        for name in catalog.types(version)
        if refused_for(kind := catalog.load(name, version), questions.base(kind, {}, refused_for)) is not None
    }
    assert {name for _, name in refused} <= {"picktomo"}


def test_the_same_questions_are_asked_every_time():
    kind = catalog.load("refine3d", "5.1")
    usual = questions.base(kind, {}, refused_for)
    once, again = (list(questions.questions(kind, usual, {}, pairs=True, drawn=5)) for _ in range(2))
    assert once == again
    assert {question.kind for question in once} == {"usual", "one", "switch", "pair", "drawn"}
    assert {key for question in once for key in question.changed} == set(kind.options)
