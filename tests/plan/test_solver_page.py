"""docs/solver.md names the variables and requirements that there are, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from asking import MOTIONCOR2, compiled, profile, spec
from hypothesis import given, settings
from hypothesis import strategies as st

from relionc.plan.demand import demand_of
from relionc.plan.on_site import DemandOnSite
from relionc.plan.problem import problem
from relionc.plan.why import _WORDS as WORDS
from relionc.plan.words import CODES, FIXED, HELP, MESSAGES, TOPICS, kind
from relionc.solve import Span

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/solver.md").read_text()
LIMITS = (ROOT / "relionc/plan/limits.py").read_text()


def labels_of_the_code() -> set[str]:
    written = set(re.findall(r'"((?:pin|site|need):[a-z_]+)', LIMITS))
    named = re.findall(r'^        \((?:\n            )?"([a-z_]+)",\s+(?:pins\.|\()', LIMITS, re.MULTILINE)
    return written | {f"pin:{name}" for name in named}


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
    return DemandOnSite(demand_of(result.plans[0].job, profile("lab")), profile("lab"))


def test_the_page_lists_the_variables_in_their_order():
    table = PAGE.partition("## Variables")[2].partition("## Requirements")[0]
    names = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert names == [variable.name for variable in problem(asked({"type": "class3d"})).variables]


def names_on_the_page() -> list[tuple[str, ...]]:
    """The costs in their order; two share a place."""
    section = PAGE.partition("## Preferences")[2].partition("## The search")[0]
    entries = re.findall(r"^\d+\. (.*)$", section, re.MULTILINE)
    return [tuple(re.findall(r"(?:^|else )`([A-Za-z' ]+)`", entry)) for entry in entries]


def test_the_page_lists_the_preferences_in_their_order():
    big = {"type": "class3d", "data": {"particles": 1000, "box": 200}}
    for job in (big, {**big, "resources": {"nodes": 2}}, {"type": "ctffind"}):
        names = [objective.name for objective in problem(asked(job)).objectives]
        listed = names_on_the_page()
        places = [next(i for i, entry in enumerate(listed) if name in entry) for name in names]
        assert places == sorted(set(places))
    assert {name for entry in names_on_the_page() for name in entry} == set(WORDS)


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([{}, {"gpus": "k80"}, {"nodes": 2}, {"ntasks": 9, "mem": "100G"}]), st.booleans())
def test_every_domain_has_a_value_whatever_came_before(wishes, motion):
    job = {"type": "motioncorr", "options": MOTIONCOR2} if motion else {"type": "class3d"}
    whole = problem(asked({**job, "resources": wishes} if not (motion and "ntasks" in wishes) else job))

    choice = whole.blank()

    def visit(depth):
        if depth == len(whole.variables):
            return
        variable = whole.variables[depth]
        domain = variable.domain(choice)
        if isinstance(domain, Span):
            assert domain.low <= domain.start <= domain.high, variable.name
            assert all(value > domain.high for value in domain.more), variable.name
            found = [domain.low, domain.high]
        else:
            found = list(domain)
            assert found, variable.name
            assert len(set(found)) == len(found)
        for value in (found[0], found[-1]):
            setattr(choice, variable.name, value)
            visit(depth + 1)

    visit(0)


def test_a_label_of_a_rule_keeps_its_kind():
    assert kind("need:ranks:1") == "need:ranks"
    assert kind("site:cpus") == "site:cpus"
