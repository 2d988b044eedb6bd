"""`build --until`: what the compiler has of a spec after each stage, and the one tuple that has them in their order."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from relionc.cli import app
from relionc.cli.app import UNTIL
from relionc.pipeline import LAST, LAST_TO_FIND, STAGES
from relionc.pipeline.values import VALUES

ROOT = Path(__file__).resolve().parents[2]
SPEC = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  class3d:
    type: class3d
    options: {fn_img: particles.star, fn_ref: ref.mrc, nr_classes: 010}
    resources: {gpus: k80, nodes: 2}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC)


def until(capsys, stage, *words):
    """Return the exit code, the value of a stage (None: nothing is printed), and the messages."""
    code = app.run(["build", "spec.yaml", "--until", stage, *words])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_each_stage_shows_its_value_and_writes_nothing(capsys):
    values = {stage: until(capsys, stage) for stage in VALUES}
    assert [(code, err) for code, _, err in values.values()] == [(0, "")] * 4
    source, spec, plan, ir = (value for _, value, _ in values.values())
    (classes,) = (each for each in source["scalars"] if each["route"] == "jobs.class3d.options.nr_classes")
    assert (classes["line"], classes["value"], classes["typed"]) == (7, 10, "010")
    assert spec["jobs"]["class3d"]["resources"]["nodes"] == {
        "value": 2,
        "route": ["jobs", "class3d", "resources", "nodes"],
    }
    assert spec["jobs"]["class3d"]["type"] == "class3d of RELION 3.1"
    placement = plan["class3d"]["placement"]
    assert (len(placement["shares"]), placement["ranks"][0]["role"]) == (2, "leader")
    assert {"name": "nodes", "value": "2"} in ir["jobs"]["class3d"]["script"]["directives"]
    assert [path.name for path in Path().iterdir()] == ["spec.yaml"]


@pytest.mark.parametrize("stage", VALUES)
def test_the_text_is_the_same_each_time(capsys, stage):
    assert app.run(["build", "spec.yaml", "--until", stage]) == 0
    first = capsys.readouterr().out
    assert app.run(["build", "--until", stage, "./spec.yaml"]) == 0
    assert capsys.readouterr().out.replace("./spec.yaml", "spec.yaml") == first


def test_a_value_is_shown_whatever_is_wrong_later(capsys):
    Path("spec.yaml").write_text(SPEC.replace("cluster: lab", "cluster: nowhere"))
    assert until(capsys, "source")[0] == 0
    code, value, err = until(capsys, "spec")
    assert (code, value, "RL608" in err) == (1, None, True)


def test_the_plans_that_there_are_are_shown_beside_an_error(capsys):
    more = "  other:\n    type: class2d\n    options: {fn_img: p.star}\n    resources: {partition: nowhere}\n"
    Path("spec.yaml").write_text(SPEC + more)
    code, value, err = until(capsys, "plan")
    assert (code, list(value)) == (1, ["class3d"])
    assert "error[" in err


@pytest.mark.parametrize("words", [["--check"], ["--stdout"], ["other.yaml"]])
def test_one_value_of_one_spec_is_shown(capsys, words):
    code, value, err = until(capsys, "ir", *words)
    assert (code, value) == (2, None)
    assert "--until" in err


def test_one_tuple_has_the_stages_in_their_order():
    names = [stage.name for stage in STAGES]
    assert tuple(name for name in names if name in VALUES) == UNTIL.choices == tuple(VALUES)
    assert (names.index(LAST_TO_FIND), names[-1]) == (names.index("ir") - 1, LAST)
    page = (ROOT / "docs" / "design.md").read_text()
    diagram = re.search(r"^bytes ─.*?(?=^```)", page, re.MULTILINE | re.DOTALL)
    assert diagram
    assert re.findall(r"─(\w+)→", diagram[0]) == [*names, "store"]
