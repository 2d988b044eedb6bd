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
from relionc.plan.requirements import REQUIREMENTS, requirement
from relionc.plan.why import _WORDS as WORDS
from relionc.solve import Span

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/solver.md").read_text()


def test_every_requirement_has_a_label_of_its_own_and_its_words():
    labels = [each.label for each in REQUIREMENTS]
    assert len(set(labels)) == len(labels)
    for each in REQUIREMENTS:
        kind, _, name = each.label.partition(":")
        assert (each.pin is not None) == (kind == "pin")
        if each.pin is not None:
            assert name == each.pin
            assert each.says is None
        else:
            assert each.says is not None
            assert each.topic
            assert re.fullmatch(r"RL\d\d\d", each.code)
        assert kind != "site" or each.fact is not None


def test_a_label_is_written_in_its_record_alone():
    records = ROOT / "relionc/plan/requirements"
    others = [file for file in (ROOT / "relionc").rglob("*.py") if records not in file.parents]
    labels = [f'"{each.label}"' for each in REQUIREMENTS]
    assert not [(file.name, label) for file in others for label in labels if label in file.read_text()]


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


def test_a_label_of_a_rule_is_one_of_its_requirement():
    assert requirement("need:ranks:1") is requirement("need:ranks")
    assert requirement("site:cpus").label == "site:cpus"
