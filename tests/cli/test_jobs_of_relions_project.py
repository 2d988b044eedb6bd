"""`jobs["Select/job012"].outputs.particles` in a spec: jobs of RELION's own, by its project's table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relionc.cli.app import run as call

TABLE = """
data_pipeline_general

_rlnPipeLineJobCounter 9

data_pipeline_processes

loop_
_rlnPipeLineProcessName #1
_rlnPipeLineProcessAlias #2
_rlnPipeLineProcessTypeLabel #3
_rlnPipeLineProcessStatusLabel #4
Class3D/job003/ None relion.class3d Succeeded
Select/job012/ Select/good_ones/ relion.select.interactive Succeeded
{more}

data_pipeline_nodes

loop_
_rlnPipeLineNodeName #1
_rlnPipeLineNodeTypeLabel #2
_rlnPipeLineNodeTypeLabelDepth #3
Class3D/job003/run_it040_data.star ParticlesData.star.relion.class3d 1
Class3D/job003/run_it040_optimiser.star ProcessData.star.relion.optimiser.class3d 1
Class3D/job003/run_it040_class001.mrc DensityMap.mrc.relion.class3d 1
Class3D/job003/run_it040_class002.mrc DensityMap.mrc.relion.class3d 1
Select/job012/particles.star ParticlesData.star.relion 1
{nodes}
"""
JOB = """
data_job

_rlnJobTypeLabel relion.{type}
_rlnJobIsContinue 0
_rlnJobIsTomo 0

data_joboptions_values

loop_
_rlnJobOptionVariable #1
_rlnJobOptionValue #2
{options}
"""
SPEC = """\
relionc: 1
cluster: biowulf
relion: "4.0"
jobs:
  refine:
    type: refine3d{more}
    options:
      fn_img: ${{{{ {image} }}}}
      fn_ref: ${{{{ {map} }}}}
      particle_diameter: 110
    data: {{particles: 1000, box: 64}}
    resources: {{gpus: p100}}
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table()
    job("Class3D/job003", "class3d", "nr_iter 40\nnr_classes 2")
    job("Select/job012", "select.interactive", "fn_model Class2D/job002/run_it025_optimiser.star")


def table(more: str = "", nodes: str = "") -> None:
    Path("default_pipeline.star").write_text(TABLE.format(more=more, nodes=nodes))


def job(folder: str, kind: str, options: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "job.star").write_text(JOB.format(type=kind, options=options))


def spec(image: str = 'jobs["Select/job012"].outputs.particles', **others: str) -> str:
    facts = {"map": 'jobs["Class3D/job003"].outputs.map', "more": "", **others}
    Path("spec.yaml").write_text(SPEC.format(image=image, **facts))
    return "spec.yaml"


def built(capfd: pytest.CaptureFixture[str]) -> str:
    assert call(["build", "spec.yaml"]) == 0, capfd.readouterr().err
    return Path("build/spec/refine/commands.txt").read_text()


def refused(capfd: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What is wrong first, and what helps."""
    capfd.readouterr()
    assert call(["lint", "spec.yaml", "--format", "json"]) == 1
    found = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    first, *_ = (each for each in found if each["severity"] == "error")
    assert first["code"] == "RL030"
    return first["message"], first["help"]


@pytest.mark.parametrize("name", ["Select/job012", "Select/good_ones", "Select/job012/"])
def test_a_job_is_known_by_its_folder_and_its_alias(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    spec(f'jobs["{name}"].outputs.particles')
    words = built(capfd)
    assert "--i Select/job012/particles.star" in words
    assert "--ref Class3D/job003/run_it040_class001.mrc" in words
    said = json.loads(Path("build/spec/manifest.json").read_text())["inputs"]
    assert said[f'jobs["{name.rstrip("/")}"]'] == {
        "particles": "Select/job012/particles.star",
    }


def test_a_variable_may_be_one_and_means_the_project_of_the_job(capfd: pytest.CaptureFixture[str]) -> None:
    text = SPEC.format(image="vars.star", map='"r.mrc"', more="")
    more = (
        text.partition("jobs:\n")[2]
        .replace("refine:", "other:")
        .replace("    options", "    project: p\n    options", 1)
    )
    variable = "vars: {star: '${{ jobs[\"Select/job012\"].outputs.particles }}'}\n"
    Path("p").mkdir()
    lines = (
        Path("default_pipeline.star")
        .read_text()
        .replace("/job012", "/job034")
        .replace("good_ones/", "job012/")
    )
    Path("p/default_pipeline.star").write_text(lines)
    job("p/Select/job034", "select", "fn_data p.star")
    Path("spec.yaml").write_text(variable + text + more)
    assert "--i Select/job012/particles.star" in built(capfd)
    assert "--i Select/job034/particles.star" in Path("build/spec/other/commands.txt").read_text()


def test_a_reference_may_stand_in_a_longer_expression(capfd: pytest.CaptureFixture[str]) -> None:
    spec("dirname(jobs['Select/job012'].outputs.particles) + '/particles.star'")
    assert "--i Select/job012/particles.star" in built(capfd)


def test_what_the_table_says_counts_more_than_a_job_file_that_was_changed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    job("Class3D/job003", "class3d", "nr_iter 60\nnr_classes 2")
    spec('jobs["Class3D/job003"].outputs.data', map='"r.mrc"')
    assert "--i Class3D/job003/run_it040_data.star" in built(capfd)
    spec('jobs["Class3D/job003"].outputs.map')
    message, advice = refused(capfd)
    assert (
        message == "RELION's job Class3D/job003/ has no output `map`"
    )  # there are two maps: which one is not guessed
    assert "`data`" in advice


def test_a_job_without_a_file_has_the_type_that_the_table_says(capfd: pytest.CaptureFixture[str]) -> None:
    Path("Class3D/job003/job.star").unlink()
    spec('jobs["Class3D/job003"].outputs.data', map='"r.mrc"')
    assert "--i Class3D/job003/run_it040_data.star" in built(capfd)


def test_the_next_build_sees_that_the_project_has_changed(capfd: pytest.CaptureFixture[str]) -> None:
    spec('jobs["Select/good_ones"].outputs.particles')
    for path in ("Select/job012/particles.star", "Class3D/job003/run_it040_class001.mrc"):
        Path(path).touch()
    built(capfd)
    table_now = Path("default_pipeline.star").read_text()
    Path("default_pipeline.star").write_text(table_now.replace("Select/good_ones/", "None"))
    assert call(["build", "spec.yaml"]) == 1
    assert "RELION's project has no job `Select/good_ones`" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("image", "message", "advice"),
    [
        ('jobs["Select/job021"].outputs.particles', "RELION's project has no job `Select/job021`",
         "did you mean `Select/job012`?"),
        ('jobs["Select/good_one"].outputs.particles', "RELION's project has no job `Select/good_one`",
         "did you mean `Select/good_ones`?"),
        ('jobs["Select/job012"].outputs.particle', "RELION's job Select/job012/ has no output `particle`",
         "did you mean `particles`?"),
        ('jobs["Refine3D/refine"].outputs.map', "`refine` of this spec writes to Refine3D/refine/",
         "write `jobs.refine.outputs.map`, for which this job waits"),
        ('jobs["refin"].outputs.map', "there is no job `refin`", "did you mean `refine`?"),
        ("jobs.Select/job012.outputs.particles", "there is no 'jobs.Select'",
         "an output of a job is `jobs.Select.outputs.Y`; of one of RELION's own, `jobs[\"Select/job012\"].outputs.Y`"),
        ("jobs[Select/job012].outputs.particles",
         "did not expect '[' here; a job in brackets stands in quotes, as jobs[\"Select/job012\"].outputs.particles",
         ""),
    ],
)  # fmt: skip
def test_a_wrong_name_is_told_with_the_nearest(
    image: str, message: str, advice: str, capfd: pytest.CaptureFixture[str]
) -> None:
    spec(image)
    assert refused(capfd) == (message, advice)


def test_where_there_is_no_project_the_file_itself_can_be_named(capfd: pytest.CaptureFixture[str]) -> None:
    spec(map='"r.mrc"', more="\n    project: elsewhere")
    assert refused(capfd) == (
        "`Select/job012` is looked up in default_pipeline.star, which is not in elsewhere",
        "call relionc in the project's folder, name that as `project`, or write the path of the file itself",
    )
    spec(map='"r.mrc"', more="\n    project: ${{ env.HOME }}/p")
    assert refused(capfd)[0] == "`project` is known only when the job runs, and so is `Select/job012`"
    spec(map='"r.mrc"', more='\n    project: ${{ dirname(jobs["Select/job012"].outputs.particles) }}')
    assert "which project it is has to be known" in refused(capfd)[0]


def test_the_project_is_the_jobs_or_lies_beside_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    spec()
    Path("calls").mkdir()
    monkeypatch.chdir("calls")
    assert call(["lint", "../spec.yaml"]) == 0, capfd.readouterr().err
    monkeypatch.chdir("/")
    spec_of_project = SPEC.format(
        image='jobs["Select/job012"].outputs.particles', map='"r.mrc"', more=f"\n    project: {tmp_path}"
    )
    (tmp_path / "calls" / "other.yaml").write_text(spec_of_project)
    assert call(["lint", str(tmp_path / "calls" / "other.yaml")]) == 0, capfd.readouterr().err


def test_a_job_of_an_earlier_submission_is_the_specs_own(capfd: pytest.CaptureFixture[str]) -> None:
    """Its alias leads to the folder that the spec's job writes to: a reference without waiting would be wrong."""
    table("Refine3D/job020/ Refine3D/first/ relion.refine3d Succeeded")
    text = SPEC.format(image='"p.star"', map='"r.mrc"', more="\n    output: Refine3D/job020/")
    text += (
        text.partition("jobs:\n")[2]
        .replace("  refine:", "  second:")
        .replace("job020", "job021")
        .replace('"p.star"', 'jobs["Refine3D/first"].outputs.data')
    )
    Path("spec.yaml").write_text(text)
    assert refused(capfd) == (
        "`refine` of this spec writes to Refine3D/job020/",
        "write `jobs.refine.outputs.data`, for which this job waits",
    )


@pytest.mark.parametrize("outside", ["default_pipeline.star", "Select/job012/job.star"])
def test_of_a_strangers_spec_no_file_outside_the_repository_is_read(
    outside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "repository"
    (home / ".git").mkdir(parents=True)
    (home / "Select/job012").mkdir(parents=True)
    for name in ("default_pipeline.star", "Select/job012/job.star"):
        link = home / name
        (link.symlink_to if name == outside else link.hardlink_to)(tmp_path / name)
    monkeypatch.chdir(home)
    spec(map='"r.mrc"')
    assert call(["lint", "spec.yaml"]) == 0
    capfd.readouterr()
    call(["lint", "spec.yaml", "--untrusted"])
    said = capfd.readouterr().err
    assert f"not looked at, outside the repository: {outside}" in said
    assert ("is looked up in default_pipeline.star" in said) is (outside == "default_pipeline.star")


def test_hostile_tables_are_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    table(
        "../../etc/job001/ None relion.class3d Succeeded\nClass3D/job0٣٣/ \x1b[31m/ relion.class3d Succeeded"
    )
    spec('jobs["../../etc/job001"].outputs.data', map='"r.mrc"')
    assert refused(capfd)[0] == "RELION's project has no job `../../etc/job001`"
    Path("default_pipeline.star").write_bytes(b"data_pipeline_processes\nloop_\n_a\n" + b"\xff\x00\n" * 1000)
    assert call(["lint", "spec.yaml"]) == 1
    Path("default_pipeline.star").write_text("data_pipeline_processes\nloop_\n_a\n" + "x" * 200_000)
    assert "too large to be looked through" in refused(capfd)[0]
    Path("default_pipeline.star").unlink()
    Path("default_pipeline.star").mkdir()
    assert "is looked up in" in refused(capfd)[0]


def test_a_type_that_the_version_has_not_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    table("Odd/job013/ None relion.unheard Succeeded")
    spec('jobs["Odd/job013"].outputs.data', map='"r.mrc"')
    assert refused(capfd) == (
        "RELION 4.0 has no such job as Odd/job013/",
        "write the path of the file itself",
    )
