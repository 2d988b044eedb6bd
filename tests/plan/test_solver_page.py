"""docs/solver.md names the variables and requirements that there are, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from asking import MOTIONCOR2, compiled, profile, spec
from hypothesis import given, settings
from hypothesis import strategies as st

from relionc.plan.asked import Asked
from relionc.plan.demand import demand_of
from relionc.plan.problem import problem
from relionc.plan.words import CODES, FIXED, HELP, MESSAGES, TOPICS, kind

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/solver.md").read_text()
LIMITS = (ROOT / "relionc/plan/limits.py").read_text()


def labels_of_the_code() -> set[str]:
    written = set(re.findall(r'"((?:pin|site|need):[a-z_]+)', LIMITS))
    read = re.search(r"^_READ.*?^}", LIMITS, re.DOTALL | re.MULTILINE)
    assert read
    written |= {f"pin:{name}" for name in re.findall(r'_pin\("([a-z_]+)"', LIMITS)}
    return written | {
        f"pin:{name}" for name in re.findall(r'^    "([a-z_]+)": \(', read.group(), re.MULTILINE)
    }


def test_the_page_lists_every_requirement_and_no_other():
    listed = {label.removesuffix(":N") for label in re.findall(r"`((?:pin|site|need):[a-z_:N]+)`", PAGE)}
    assert listed == labels_of_the_code()


def test_every_requirement_of_the_site_and_the_job_has_its_words():
    ours = {label for label in labels_of_the_code() if not label.startswith("pin:")}
    assert ours == set(CODES) == set(MESSAGES)
    assert set(TOPICS) >= ours
    assert set(HELP) | set(FIXED) <= ours


def asked(job):
    result = compiled(spec(job, cluster="lab"))
    return Asked(demand_of(result.plans[0].job, profile("lab")), profile("lab"))


def test_the_page_lists_the_variables_in_their_order():
    table = PAGE.partition("## Variables")[2].partition("## Requirements")[0]
    names = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert names == [variable.name for variable in problem(asked({"type": "class3d"})).variables]


def test_the_page_lists_the_preferences_in_their_order():
    section = PAGE.partition("## Preferences")[2].partition("## The search")[0]
    wanted = ["mode", "GPU nodes", "GPUs left", "Doubled GPUs", "Ranks", "Threads", "Nodes", "The order"]
    names = [objective.name for objective in problem(asked({"type": "class3d"})).objectives]
    assert len(re.findall(r"^\d\. ", section, re.MULTILINE)) == len(names)
    for number, (said, name) in enumerate(zip(wanted, names, strict=True), 1):
        assert re.search(rf"^{number}\. `?{said}", section, re.MULTILINE)
        assert name.lower()[:5] == said.lower()[:5] or name == "order of the profile"


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([{}, {"gpus": "k80"}, {"nodes": 2}, {"ntasks": 9, "mem": "100G"}]), st.booleans())
def test_every_domain_has_a_value_whatever_came_before(wishes, motion):
    job = {"type": "motioncorr", "options": MOTIONCOR2} if motion else {"type": "class3d"}
    whole = problem(asked({**job, "resources": wishes} if not (motion and "ntasks" in wishes) else job))

    def visit(depth, values):
        if depth == len(whole.variables):
            return
        variable = whole.variables[depth]
        found = list(variable.domain(values))
        assert found, (variable.name, values)
        assert len(set(found)) == len(found)
        visit(depth + 1, {**values, variable.name: found[0]})
        visit(depth + 1, {**values, variable.name: found[-1]})

    visit(0, {})


def test_a_label_of_a_rule_keeps_its_kind():
    assert kind("need:ranks:1") == "need:ranks"
    assert kind("site:cpus") == "site:cpus"
