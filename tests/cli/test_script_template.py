"""`build --template FILE.j2`: the frame of the scripts is a site's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from relionc.__main__ import _guarded

SPEC = (Path(__file__).parent.parent.parent / "specs" / "lab" / "class3d-tiny.yaml").read_text()
OURS = """#!/bin/bash
{% for directive in directives %}
#SBATCH {{ directive }}
{% endfor %}
# our site's line
{% include "body.j2" %}
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC)

    def run(template: str) -> int:
        Path("ours.sbatch.j2").write_text(template)
        return _guarded(["build", "spec.yaml", "--template", "ours.sbatch.j2"])

    return run


def test_the_frame_is_ours_and_the_job_the_same(build):
    assert _guarded(["build", "spec.yaml", "-o", "plain"]) == 0
    assert build(OURS) == 0
    own = Path("build/spec/class3d/run.sbatch").read_text()
    plain = Path("plain/spec/class3d/run.sbatch").read_text()
    body = plain[plain.index("\nset -euo pipefail") :]
    assert "# our site's line" in own
    assert own.endswith(body)
    assert [line for line in own.splitlines() if line.startswith("#SBATCH")] == [
        line for line in plain.splitlines() if line.startswith("#SBATCH")
    ]
    assert "ours.sbatch.j2" in Path("build/spec/manifest.json").read_text()


@pytest.mark.parametrize(
    ("template", "place"),
    [
        (OURS.replace("in directives", "in directive"), "ours.sbatch.j2:2:1"),
        (OURS + "{% if %}\n", "ours.sbatch.j2:7:1"),
        (OURS + "{{ ''.__class__.__mro__ }}\n", "ours.sbatch.j2:7:1"),
        ("{{ nothing }}", "ours.sbatch.j2:1:1"),
    ],
)
def test_a_mistake_in_it_is_told_at_its_line_and_nothing_is_written(build, capsys, template, place):
    assert build(template) == 1
    told = capsys.readouterr().err
    assert f"{place}: error[RL713]" in told
    assert not Path("build").exists()
