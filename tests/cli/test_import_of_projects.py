"""`relionc import` of files about several jobs: projects, schemes, and jobs of schemes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from relionc.cli.app import run as call

JOB = """
# version 30001

data_job

{type}
_rlnJobIsContinue 0
{tomo}

data_joboptions_values

loop_
_rlnJobOptionVariable #1
_rlnJobOptionValue #2
{options}
"""
PIPELINE = """
data_pipeline_general

_rlnPipeLineJobCounter 5

data_pipeline_processes

loop_
_rlnPipeLineProcessName #1
_rlnPipeLineProcessAlias #2
_rlnPipeLineProcessTypeLabel #3
_rlnPipeLineProcessStatusLabel #4
{}

data_pipeline_input_edges

loop_
_rlnPipeLineEdgeFromNode #1
_rlnPipeLineEdgeProcess #2
{}

data_pipeline_output_edges

loop_
_rlnPipeLineEdgeProcess #1
_rlnPipeLineEdgeToNode #2
{}
"""
SCHEME = """
data_scheme_general

_rlnSchemeName Schemes/prep/
_rlnSchemeCurrentNodeName WAIT

data_scheme_floats

loop_
_rlnSchemeFloatVariableName #1
_rlnSchemeFloatVariableValue #2
_rlnSchemeFloatVariableResetValue #3
box 256.000000 256.000000
count 0.000000 0.000000

data_scheme_bools

loop_
_rlnSchemeBooleanVariableName #1
_rlnSchemeBooleanVariableValue #2
_rlnSchemeBooleanVariableResetValue #3
invert 0 0

data_scheme_strings

loop_
_rlnSchemeStringVariableName #1
_rlnSchemeStringVariableValue #2
_rlnSchemeStringVariableResetValue #3
parts Schemes/prep/extract/particles.star Schemes/prep/extract/particles.star

data_scheme_operators

loop_
_rlnSchemeOperatorName #1
_rlnSchemeOperatorType #2
_rlnSchemeOperatorOutput #3
_rlnSchemeOperatorInput1 #4
_rlnSchemeOperatorInput2 #5
WAIT wait undefined count undefined
COUNT float=count_images count parts particles

data_scheme_jobs

loop_
_rlnSchemeJobNameOriginal #1
_rlnSchemeJobName #2
_rlnSchemeJobMode #3
_rlnSchemeJobHasStarted #4
extract extract continue 0
class2d class2d new 0
other other new 0

data_scheme_edges

loop_
_rlnSchemeEdgeInputNodeName #1
_rlnSchemeEdgeOutputNodeName #2
_rlnSchemeEdgeIsFork #3
_rlnSchemeEdgeOutputNodeNameIfTrue #4
_rlnSchemeEdgeBooleanVariable #5
WAIT extract 0 undefined undefined
extract COUNT 0 undefined undefined
COUNT WAIT 1 class2d invert
class2d other 0 undefined undefined
other WAIT 0 undefined undefined
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def job(folder, kind, *options):
    label = f"_rlnJobTypeLabel relion.{kind}" if not kind.isdigit() else f"_rlnJobType {kind}"
    tomo = "" if kind.isdigit() else "_rlnJobIsTomo 0"
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "job.star").write_text(JOB.format(type=label, tomo=tomo, options="\n".join(options)))


def imported(path, capfd, *more):
    """Import; return the spec without its comments, and what was said on stderr."""
    assert call(["import", path, "-o", "s.yaml", *more]) == 0
    said = capfd.readouterr().err
    text = Path("s.yaml").read_text()
    Path("s.yaml").unlink()
    return text, said


def project():
    Path("default_pipeline.star").write_text(
        PIPELINE.format(
            "Extract/job001/ Extract/first/ relion.extract Succeeded\nClass2D/job002/ None relion.class2d Running\n"
            "Class3D/job003/ None relion.class3d Scheduled\nClass3D/job004/ None relion.class3d Scheduled",
            "Extract/job001/particles.star Class2D/job002/\nClass2D/job002/run_it025_data.star Class3D/job003/",
            "Extract/job001/ Extract/job001/particles.star\nClass2D/job002/ Class2D/job002/run_it025_data.star",
        )
    )
    job("Extract/job001", "extract", "star_mics m.star", "coords_suffix a.star", "extract_size 128")
    job(
        "Class2D/job002",
        "class2d",
        "fn_img Extract/first/particles.star",
        "do_em Yes",
        "do_grad No",
        "particle_diameter 90",
    )
    job(
        "Class3D/job003",
        "class3d",
        "fn_img Class2D/job002/run_it007_data.star",
        "fn_ref r.mrc",
        "particle_diameter 90",
    )


@pytest.mark.parametrize("path", [".", "default_pipeline.star"])
def test_a_project_becomes_one_spec(capfd, path):
    project()
    text, said = imported(path, capfd)
    assert "  first:\n    type: extract\n    output: Extract/job001/\n" in text
    assert "fn_img: ${{ jobs.first.outputs.particles }}\n" in text
    assert (
        "  class3d_job003:\n    type: class3d\n    output: Class3D/job003/\n    after: [class2d_job002]\n"
        in text
    )
    assert "fn_img: Class2D/job002/run_it007_data.star\n" in text
    assert "Class3D/job004" in said  # it has no job file
    assert "RL143" in said


def test_the_spec_of_a_project_can_be_built(capfd):
    project()
    text, _ = imported(".", capfd)
    Path("s.yaml").write_text(text)
    assert call(["build", "s.yaml"]) == 0
    assert "--i Extract/job001/particles.star" in Path("build/s/class2d_job002/commands.txt").read_text()


def scheme(name="scheme.star", text=SCHEME):
    Path("Schemes/prep").mkdir(parents=True)
    Path("Schemes/prep", name).write_text(text)
    job(
        "Schemes/prep/extract",
        "extract",
        "star_mics m.star",
        "coords_suffix a.star",
        "extract_size $$box",
        "do_invert $$invert",
    )
    job(
        "Schemes/prep/class2d",
        "class2d",
        "fn_img $$parts",
        "do_em Yes",
        "do_grad No",
        'other_args "--maxsig $$count"',
    )
    job("Schemes/prep/other", "extract", "star_mics m.star", "coords_suffix Schemes/prep/extract/own.star")


def test_a_scheme_becomes_one_spec_with_variables(capfd):
    scheme()
    text, said = imported("Schemes/prep/scheme.star", capfd)
    assert "vars:\n  box: 256\n  invert: no\n  count: 0  # the scheme's operator COUNT sets it" in text
    assert "extract_size: ${{ vars.box }}\n" in text
    assert "do_invert: ${{ vars.invert }}\n" in text
    assert "fn_img: ${{ jobs.extract.outputs.particles }}\n" in text
    assert "extra_args: '--maxsig ${{ vars.count }}'\n" in text
    assert "coords_suffix: Extract/extract/own.star\n" in text
    assert "after: [extract, class2d]\n" in text
    assert "WAIT, COUNT" in text
    assert said == ""


def test_a_schedule_of_3_1_is_a_scheme(capfd):
    scheme("schedule.star", SCHEME.replace("scheme_", "schedule_").replace("rlnScheme", "rlnSchedule"))
    assert "box: 256\n" in imported("Schemes/prep", capfd)[0]


def test_a_job_of_a_scheme_takes_its_variables_from_there(capfd):
    scheme()
    text, said = imported("Schemes/prep/extract/job.star", capfd, "--relion", "5.0")
    assert "vars:\n  box: 256\n  invert: no\n" in text
    assert said == ""


def test_a_variable_without_a_value_is_no_default(capfd):
    job("lone", "extract", "star_mics m.star", "coords_suffix a.star", "extract_size $$box")
    text, said = imported("lone/job.star", capfd, "--relion", "5.0")
    assert "# vars:\n#   box: ''" in text
    assert "extract_size: ${{ vars.box }}\n" in text
    assert said.count("RL145") == 1
    Path("s.yaml").write_text(text)
    assert call(["lint", "s.yaml"]) == 1
    assert "there is no variable `box`" in capfd.readouterr().err


def test_commands_and_import_agree_on_the_folder(capfd):
    job("Extract/job025", "extract", "star_mics m.star", "coords_suffix a.star")
    assert call(["commands", "Extract/job025/job.star", "--relion", "5.0"]) == 0
    assert "--part_star Extract/job025/particles.star" in capfd.readouterr().out
    assert "output: Extract/job025/" in imported("Extract/job025/job.star", capfd)[0]
    assert call(["commands", "Extract/job025/job.star", "--relion", "5.0", "--job-number", "3"]) == 0
    assert "Extract/job003/particles.star" in capfd.readouterr().out


@pytest.mark.parametrize("text", ["", "data_\n", "data_pipeline_general\n\n_rlnPipeLineJobCounter 1\n"])
def test_a_file_without_jobs(capfd, text):
    Path("default_pipeline.star").write_text(text)
    assert call(["import", "."]) == 2
    assert "default_pipeline.star" in capfd.readouterr().err


def test_a_folder_without_either(capfd):
    Path("empty").mkdir()
    assert call(["import", "empty"]) == 2
    assert "cannot read empty: it is a folder with none of default_pipeline.star" in capfd.readouterr().err


@pytest.mark.oracle
@pytest.mark.skipif(not shutil.which("relion_pipeliner"), reason="RELION is not installed")
def test_a_project_of_the_installed_relion(capfd):
    Path("default_pipeline.star").write_text("\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 1\n\n")
    jobs = [
        ("5", "first", "star_mics m.star", "coords_suffix a/coords_suffix_autopick.star"),
        ("8", "", "fn_img Extract/first/particles.star"),
        ("12", "my mask", "fn_in Class3D/job009/run_class001.mrc", "angpix 1"),
    ]
    for kind, alias, *options in jobs:
        job(".", kind, *options)
        named = ["--setJobAlias", alias] if alias else []
        add = [
            "relion_pipeliner",
            "--addJobFromStar",
            "job.star",
            "--addJobOptions",
            "do_queue == No",
            *named,
        ]
        subprocess.run(add, check=True, capture_output=True, timeout=60)
    text, _ = imported("default_pipeline.star", capfd)
    assert "relion: 3.1\n" in text
    for part in ("  first:\n", "  class2d_job002:\n", "  my_mask:\n", "output: MaskCreate/job003/\n"):
        assert part in text
    assert "fn_img: ${{ jobs.first.outputs.particles }}\n" in text
