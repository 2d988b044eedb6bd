"""What `slurm:` may say: full names of options that are the user's, with values as sbatch takes them."""

from __future__ import annotations

import json

import pytest

from relionc.pipeline import Disk, Request, compile_spec


def codes(slurm: dict[str, object]) -> list[str]:
    job = {"type": "class3d", "options": {"fn_img": "p.star", "fn_ref": "r.mrc"}, "slurm": slurm}
    data = json.dumps({"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": {"a": job}}).encode()

    def missing(path: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", path)

    made = compile_spec(Request(path="spec.yaml", data=data), Disk(missing, lambda *_: None))
    return [each.code for each in made.diagnostics if each.code.startswith("RL6")]


@pytest.mark.parametrize("name", ["arr", "chd", "mem-per-cp", "outp", "nosuch"])
def test_a_name_is_whole(name: str) -> None:
    assert codes({name: "1"}) == ["RL613"]


@pytest.mark.parametrize(
    "name", ["uid", "input", "wrap", "hold", "export-file", "export", "bbf", "wait", "chdir"]
)
def test_what_a_spec_must_not_say(name: str) -> None:
    assert codes({name: "1"}) == ["RL607"]


def test_values_are_those_of_sbatch() -> None:
    assert codes({"mail-type": True}) == ["RL614"]
    assert codes({"requeue": "x"}) == ["RL607"]
    assert codes({"requeue": True, "nice": True, "comment": "x --wrap=y"}) == []
