"""`commands` and `import` as a shell runs them: many files, exit codes, streams, what is written where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "jobstar"
MASK = (DATA / "3.1.3" / "12_MaskCreate.job.star").read_text("utf-8")


@pytest.fixture
def run(tmp_path):
    def run_in_folder(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "relionc", *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_in_folder


@pytest.fixture
def mask(tmp_path):
    def write(name, *changes):
        text = MASK
        for old, new in (('fn_in         "" ', "fn_in $MAPS/a.mrc "), *changes):
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return write


def test_each_file_is_one_line_of_json_and_one_bad_file_stops_no_other(run, mask, tmp_path):
    mask("good.star")
    (tmp_path / "bad.star").write_text("no job\n")
    mask("refused.star", ("fn_in $MAPS/a.mrc", 'fn_in ""'))
    found = run("commands", "bad.star", "refused.star", "good.star", "--relion", "3.1.3", "--format", "json")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 1
    assert [(row["file"], row["ok"], len(row["commands"])) for row in rows] == [
        ("bad.star", False, 0),
        ("refused.star", False, 0),
        ("good.star", True, 1),
    ]
    assert [row["diagnostics"][0]["code"] for row in rows[:2]] == ["RL140", "RL121"]
    assert rows[2]["argv"][0][:5] == [
        "relion_mask_create",
        "--i",
        "${MAPS}/a.mrc",
        "--o",
        "MaskCreate/job001/mask.mrc",
    ]
    assert "--i $MAPS/a.mrc " in rows[2]["commands"][0]


def test_the_job_number_names_the_output_folder(run, mask):
    mask("job.star")
    found = run("commands", "job.star", "--relion", "3.1", "--job-number", "25")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith(
        "`which relion_mask_create` --i $MAPS/a.mrc --o MaskCreate/job025/mask.mrc"
    )
    assert run("commands", "job.star", "--relion", "3.1", "--job-number", "0").returncode == 2


def test_carelessness_of_relion_is_a_warning_on_its_line(run, mask):
    changes = [("nr_threads          1 ", "nr_threads -1 "), ("do_helix         No ", "do_helx Yes ")]
    mask("job.star", *changes)
    found = run("commands", "job.star", "--relion", "3.1")
    assert found.returncode == 0
    assert " --j -1 " in found.stdout
    assert "job.star:26:1: warning[RL107]" in found.stderr
    assert "job.star:18:3: warning[RL104]" in found.stderr
    assert "`do_helix` is the nearest" in found.stderr


@pytest.mark.parametrize(
    ("file", "version", "words"),
    [
        ("5.0.1/22_DynaMight.job.star", "4.0", "RELION 5.0 and 5.1 have it"),
        ("4.0.2/12_MaskCreate.job.star", "3.1", "knows only numbers"),
        ("3.0.8/11_Polish.run.job", "3.1", "no job type `11`"),
    ],
)
def test_a_type_that_the_version_does_not_have_is_named(run, file, version, words):
    found = run("commands", str(DATA / file), "--relion", version)
    assert found.returncode == 1
    assert words in found.stderr


def test_an_option_is_the_same_with_a_space_or_an_equals_sign(run, mask):
    mask("job.star")
    said = [
        run("commands", "job.star", *words)
        for words in (("--relion", "3.1", "--job-number", "7"), ("--relion=3.1", "--job-number=7"))
    ]
    assert said[0].stdout == said[1].stdout != ""
    assert [each.returncode for each in said] == [0, 0]


def test_a_type_by_number_is_found_where_types_have_labels(run, mask):
    mask("job.star")
    assert "--pipeline_control MaskCreate/job001/" in run("commands", "job.star", "--relion", "5.0").stdout


@pytest.mark.parametrize("arguments", [("--relion", "9.9"), (), ("--relion", "3.1", "--format", "yaml")])
def test_a_wrong_call_is_code_2(run, mask, arguments):
    mask("job.star")
    assert run("commands", "job.star", *arguments).returncode == 2


def test_a_file_that_is_not_there_is_code_2_and_has_its_line(run):
    found = run("commands", "nothing.star", "--relion", "3.1", "--format", "json")
    assert found.returncode == 2
    assert json.loads(found.stdout)["diagnostics"][0]["code"] == "RL143"


def test_import_writes_a_spec_that_builds_and_never_over_another(run, mask, tmp_path):
    mask("MaskCreate/job007/job.star")
    found = run("import", "MaskCreate/job007/job.star", "-o", "spec.yaml")
    assert (found.returncode, found.stderr) == (0, "")
    text = (tmp_path / "spec.yaml").read_text()
    assert "output: MaskCreate/job007/\n" in text
    assert "relion: 3.1\n" in text
    assert "lowpass_filter" not in text
    assert run("build", "spec.yaml").returncode == 0
    again = run("import", "MaskCreate/job007/job.star", "-o", "spec.yaml")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert (tmp_path / "spec.yaml").read_text() == text
    built = json.loads(run("commands", "build/spec/maskcreate/job.star", "--relion", "3.1", "--job-number", "7",
                           "--format", "json").stdout)  # fmt: skip
    first = json.loads(run("commands", "MaskCreate/job007/job.star", "--relion", "3.1", "--job-number", "7",
                           "--format", "json").stdout)  # fmt: skip
    assert built["argv"] == first["argv"]


def test_import_says_which_other_version_may_have_written_the_file(run):
    found = run("import", str(DATA / "3.0.8" / "13_JoinStar.run.job"))
    assert "which RELION 2.1 may have written too" in found.stdout
    assert "relion: 3.0\n" in found.stdout
    assert "relion: 2.1\n" in run("import", str(DATA / "2.1" / "09_Class3D.run.job")).stdout


def test_what_is_no_job_file_is_not_imported(run, tmp_path):
    (tmp_path / "a.star").write_text("data_particles\n")
    assert run("import", "a.star").returncode == 1
    assert run("import", "b.star").returncode == 2


def test_a_project_too_large_to_look_at_is_said(tmp_path, monkeypatch):
    """The command of multi-body refinement depends on how many bodies a STAR file lists."""
    from relionc.data.project import Project
    from relionc.data.skim import Skim
    from relionc.pipeline.jobfile import answer

    monkeypatch.chdir(tmp_path)
    (tmp_path / "default_pipeline.star").touch()
    (tmp_path / "bodies.star").write_text("data_\nloop_\n_rlnBodyMaskName #1\na.mrc\nb.mrc\n")
    text = next((DATA / "3.1.3").glob("*MultiBody*")).read_text("utf-8")
    text = text.replace('fn_bodies         "" ', "fn_bodies bodies.star ").replace(
        'fn_in         "" ', "fn_in r.star "
    )
    project = Project()
    data = text.encode()
    found = answer("job.star", data, "3.1", "job001", project).diagnostics
    assert not [each for each in found if each.code == "RL144"]
    project._skim = Skim(work=1)
    (one,) = answer("job.star", data, "3.1", "job001", project).diagnostics
    assert (one.code, one.severity) == ("RL144", "error")
