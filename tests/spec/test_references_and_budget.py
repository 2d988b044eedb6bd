"""What specs say with shell references and with very many expressions: built as meant, or refused in time."""

from __future__ import annotations

import time
from typing import Any

import pytest

from relionc.expr import Ref, Text
from relionc.spec.resolve import resolve


def spec(options: dict[str, Any], variables: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    job = {"type": "class3d", "options": {"fn_img": "p.star", "fn_ref": "r.mrc", **options}, **more}
    return {"relion": "3.1", "vars": variables or {}, "jobs": {"a": job}}


def problems(value: dict[str, Any]) -> list[tuple[str, str]]:
    before = time.process_time()
    _, findings = resolve(value, path="spec.yaml")
    assert time.process_time() - before < 2.0
    return [(finding.code, finding.message) for finding in findings]


def test_references_go_from_the_spec_into_the_model_as_parts() -> None:
    value = spec({"scratch_dir": "/l/${{ env.SLURM_JOB_ID }}/${{ vars.x }}"}, {"x": "${{ env.USER + '/y' }}"})
    resolved, findings = resolve(value, path="spec.yaml")
    assert not findings
    assert resolved is not None
    expected = Text(("/l/", Ref("SLURM_JOB_ID"), "/", Ref("USER"), "/y"))
    assert resolved.jobs[0].options["scratch_dir"] == expected
    assert resolved.jobs[0].resources.scratch_dir is not None
    assert resolved.jobs[0].resources.scratch_dir.value == expected


def test_references_stand_beside_outputs_of_other_jobs() -> None:
    value = spec({})
    job = value["jobs"]["a"]
    value["jobs"]["b"] = {**job, "options": {**job["options"], "fn_ref": "${{ jobs.a.outputs.map1 }}"}}
    value["jobs"]["b"]["options"]["fn_mask"] = "${{ env.MASKS }}/m.mrc"
    resolved, _ = resolve(value, path="spec.yaml")
    assert resolved is not None
    masks = [job.options["fn_mask"] for job in resolved.jobs if job.name == "b"]
    assert masks == [Text((Ref("MASKS"), "/m.mrc"))]


def test_a_job_waits_for_one_that_a_variable_names_too() -> None:
    """It was left out without a word where the other stands behind it."""
    variables = {"x": "${{ vars.y }}", "y": "${{ jobs.b.outputs.map }}", "z": "${{ vars.x }}"}
    value = spec({"fn_mask": "${{ vars.z }}"}, variables)
    value["jobs"]["b"] = {**value["jobs"]["a"], "options": {"fn_img": "p.star", "fn_ref": "r.mrc"}}
    resolved, findings = resolve(value, path="spec.yaml")
    assert not findings
    assert resolved is not None
    assert [(job.name, job.after) for job in resolved.jobs] == [("b", ()), ("a", ("b",))]


def test_what_is_true_of_all_jobs_cannot_be_about_one() -> None:
    value = spec({})
    value["defaults"] = {"slurm": {"comment": "${{ jobs.b.outputs.map }}"}}
    value["jobs"]["b"] = value["jobs"]["a"]
    ((code, message), *_) = problems(value)
    assert (code, message.startswith("`defaults` are those of")) == ("RL030", True)


@pytest.mark.parametrize(
    ("options", "more", "code"),
    [
        ({"nr_classes": "${{ env.N }}"}, {}, "RL105"),
        ({"do_zero_mask": "${{ env.YES }}"}, {}, "RL105"),
        ({"nr_mpi": "${{ env.N }}"}, {}, "RL105"),
        ({}, {"output": "C/${{ env.USER }}"}, "RL805"),
        ({}, {"resources": {"nodes": "${{ env.N }}"}}, "RL107"),
        ({}, {"resources": {"gpus": "${{ env.G }}"}}, "RL107"),
        ({}, {"resources": {"mem": "${{ env.M }}"}}, "RL107"),
        ({}, {"resources": {"time": "${{ env.T }}"}}, "RL107"),
        ({}, {"resources": {"partition": "${{ env.P }}"}}, "RL107"),
        ({}, {"slurm": {"comment": "${{ env.C }}"}}, "RL901"),
        ({}, {"data": {"particles": "${{ env.N }}"}}, "RL109"),
        ({"fn_mask": "a\x01HOME\x02"}, {}, "RL901"),
        ({"fn_mask": "${{ 'a\x01HOME\x02' }}"}, {}, "RL901"),
        ({"fn_mask": "${{ replace(env.A, 'A', 'B') }}"}, {}, "RL030"),
        ({"fn_mask": "${{ vars.r == 'x' }}"}, {}, "RL030"),
    ],
)
def test_what_the_plan_must_know_refuses_a_reference(options: Any, more: Any, code: str) -> None:
    found = problems(spec(options, {"r": "${{ env.A }}"}, **more))
    assert found
    assert {code_of for code_of, _ in found} == {code}


def doubled(levels: int) -> dict[str, str]:
    pairs = {
        f"{x}{n}": f"${{{{ [vars.{x}{n - 1}, vars.{x}{n - 1}] }}}}" for n in range(1, levels) for x in "vw"
    }
    return {"v0": "x", "w0": "x", **pairs}


@pytest.mark.parametrize(
    "expression",
    [
        "vars.v39 == vars.w39",
        "vars.v39 in [vars.w39]",
        "join(vars.v39, '')",
        "str(vars.w39)",
        "len(vars.v39)",
    ],
)
def test_lists_that_double_are_refused(expression: str) -> None:
    value = spec({"fn_mask": f"${{{{ {expression} }}}}"}, doubled(40))
    assert problems(value) == [("RL030", "the result is too long")]


def test_a_few_levels_are_worked_out() -> None:
    value = spec({"fn_mask": "m${{ len(vars.v9) if vars.v9 == vars.w9 else 0 }}"}, doubled(10))
    assert problems(value) == []


TOO_MUCH = [("RL030", "the expressions of this spec are too much work")]


@pytest.mark.parametrize(
    "value",
    [
        spec({}, {"a": "x"}, extra_args="".join(f"${{{{ 'a' + '{n}' }}}}" for n in range(200_000))),
        spec({"fn_mask": "".join(f"${{{{ vars.v{n} }}}}" for n in range(9000))},
             {f"v{n}": f"${{{{ '{'+'.join('a' * 150)}' + '{n}' + str(1) + str(2) }}}}" for n in range(9000)}),
        spec({"fn_mask": "${{ rfind(vars.a, vars.b) }}"}, {"a": "a" * 900_000, "b": "b" + "a" * 450_000}),
        spec({}, {"a": "x"}, after=[], extra_args="${{ vars.a }}" * 320_000),
    ],
    ids=["distinct", "long", "search", "names"],
)  # fmt: skip
def test_more_work_than_a_spec_may_make_is_refused(value: dict[str, Any]) -> None:
    assert problems(value) == TOO_MUCH


def test_many_jobs_share_the_budget() -> None:
    value = spec({"fn_mask": "${{ vars.b }}"}, {"b": "x" * 60_000})
    value["jobs"] = {f"j{number}": value["jobs"]["a"] for number in range(400)}
    assert problems(value) == TOO_MUCH


def test_the_scalar_that_is_too_much_is_pointed_at() -> None:
    value = spec({"fn_mask": "${{ rfind(vars.a, vars.b) }}"}, {"a": "a" * 900_000, "b": "b" + "a" * 450_000})
    resolved, (finding,) = resolve(value, path="spec.yaml")
    assert resolved is None
    assert finding.route == ("jobs", "a", "options", "fn_mask")
    assert "fewer or simpler" in finding.help
