"""What users asked for, as data: each `*.toml` here holds requests with the plan, or the refusal, they must get.

A scenario names its job (`cluster relion type options resources data layout interactive extra_args`; `site` is a
profile of its own, which extends a built-in one) and what is expected: `plan` (fields of plan.json), `shares` (ranks
on each node), `devices` (GPUs of the ranks of node 0), `reasons` (value → words), `warns`, `not_checked`; or `code`,
`words` (of the message), `at` (the line's words from the place on), `conflict`, `suggests` (each `key: value`).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from asking import MOTIONCOR2, PROFILE, compiled, plan, profile, spec, text
from checker import complaints

from relionc.diag import ERROR, WARNING

HERE = Path(__file__).parent
JOB = ("type", "options", "resources", "data", "layout", "interactive", "extra_args", "slurm", "continue")
EXPECTED = (
    "plan",
    "shares",
    "devices",
    "reasons",
    "warns",
    "not_checked",
    "code",
    "words",
    "at",
    "conflict",
    "suggests",
)
KNOWN = {"name", "why", "site", "cluster", "relion", "motioncor2", *JOB, *EXPECTED}
SCENARIOS = [
    pytest.param(scenario, id=f"{path.stem}-{scenario['name']}")
    for path in sorted(HERE.glob("*.toml"))
    for scenario in tomllib.loads(path.read_text())["scenario"]
]


def asked(scenario):
    job = {key: scenario[key] for key in JOB if key in scenario}
    if scenario.get("motioncor2"):
        job |= {"type": "motioncorr", "options": {**MOTIONCOR2, **job.get("options", {})}}
    cluster = PROFILE if "site" in scenario else scenario.get("cluster", "biowulf")
    where = {"cluster": cluster, "relion": scenario.get("relion", "3.1")}
    return spec(job, **where)


def test_there_are_scenarios_enough_and_each_has_a_name_of_its_own():
    assert len(SCENARIOS) >= 100
    assert len({param.id for param in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario):
    assert set(scenario) <= KNOWN, f"unknown keys: {set(scenario) - KNOWN}"
    assert "plan" in scenario or "code" in scenario, "nothing is expected"
    value = asked(scenario)
    own = {"profile": 1, "name": "own", **scenario["site"]} if "site" in scenario else None
    result = compiled(value, profile=own, why="reasons" in scenario)
    warnings = sorted(found.code for found in result.diagnostics if found.severity == WARNING)
    assert warnings == scenario.get("warns", [])
    if "code" in scenario:
        refused(scenario, value, result)
        return
    made = plan(result)
    assert complaints(made, profile(own or value["cluster"]), value["jobs"]["a"]) == []
    assert {key: made.get(key) for key in scenario["plan"]} == scenario["plan"]
    here = Counter(rank["node"] for rank in made["ranks"])
    if "shares" in scenario:
        assert [here[node] for node in range(made["nodes"])] == scenario["shares"]
    if "devices" in scenario:
        assert [rank["gpus"] for rank in made["ranks"] if rank["node"] == 0] == scenario["devices"]
    said = {reason["name"]: f"{reason['how']}: {reason['because']}" for reason in made.get("reasons", [])}
    for name, words in scenario.get("reasons", {}).items():
        assert words in said[name]
    for words in scenario.get("not_checked", []):
        assert any(words in said for said in made["not_checked"])


def refused(scenario, value, result):
    (found,) = (found for found in result.diagnostics if found.severity == ERROR)
    assert found.code == scenario["code"], found.message
    for words in scenario.get("words", []):
        assert words in found.message
    line = text(value).splitlines()[found.span.line - 1]
    assert scenario.get("at", "") in line
    for words in scenario.get("conflict", []):
        assert any(words in place.message for place in found.conflict), found.conflict
    said = [f"{route[-1]}: {new}" for suggestion in found.suggestions for route, new in suggestion.changes]
    if "suggests" in scenario:
        assert said == scenario["suggests"]
