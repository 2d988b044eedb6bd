"""`--set`: values of a call in the place of the spec's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relionc.cli import app

SPEC = """relionc: 1
cluster: local
relion: "3.1"
jobs:
  a:
    type: class3d
    options: {fn_img: p.star, fn_ref: r.mrc, nr_classes: 2, particle_diameter: 300}
    data: {particles: 1000, box: 64}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC)
    return tmp_path


def run(*words: str) -> int:
    return app.run([*words])


def test_a_value_of_the_call_is_built_and_noted() -> None:
    assert run("build", "spec.yaml") == 0
    plain = Path("build/spec/a/commands.txt").read_text()
    assert "--K 2 " in plain
    assert (
        run(
            "build",
            "spec.yaml",
            "--set",
            "jobs.a.options.nr_classes=3",
            "--set",
            "jobs.a.options.nr_classes=4",
        )
        == 0
    )
    assert Path("build/spec/a/commands.txt").read_text() == plain.replace("--K 2 ", "--K 4 ")
    inputs = json.loads(Path("build/spec/manifest.json").read_text())["inputs"]
    assert inputs["--set jobs.a.options.nr_classes"] == {"value": "4"}
    assert run("build", "spec.yaml") == 0
    assert Path("build/spec/a/commands.txt").read_text() == plain


def test_a_value_may_be_a_list_or_a_mapping_and_make_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", "spec.yaml", "--set", "jobs.a.matrix={K: [2, 3]}", "--set", "vars.x=1") == 0
    assert "a-K2 and 1 more" in capsys.readouterr().out


def test_what_is_wrong_with_a_value_is_said_of_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "spec.yaml", "--set", "jobs.a.options.nr_classes=many") == 1
    said = capsys.readouterr().err
    assert "error[RL105]: --set jobs.a.options.nr_classes=many: `nr_classes` is a number, not `many`" in said
    assert run("build", "spec.yaml", "--set", "jobs.a.options.nr_clases=3") == 1
    assert "--set jobs.a.options.nr_clases=3: RELION 3.1 has no option `nr_clases`" in capsys.readouterr().err
    assert run("build", "spec.yaml", "--set", "jobs.a.options.nr_classes=[1") == 1
    assert "--set jobs.a.options.nr_classes:1:" in capsys.readouterr().err
    assert not Path("build").exists()


@pytest.mark.parametrize("word", ["K", "=3", "jobs..a=3", "jobs.a.=3"])
def test_a_setting_has_a_name_and_a_value(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "spec.yaml", "--set", word) == 2
    assert "is not like jobs.class3d.options.nr_classes=4" in capsys.readouterr().err
