"""What the schema alone says of a cluster profile, as an editor does: mistakes are marked, what is right is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from relionc import site
from relionc.resources import folder
from relionc.site.overlay import to_value
from relionc.source import load

HERE = Path(__file__).resolve().parent.parent
MISTAKES = HERE / "site" / "mistakes"
NOT_BY_SCHEMA = {
    "a node type that is not there": "names are no business of a schema",
    "two defaults": "a schema cannot count over partitions",
    "a default time longer than the longest": "a schema compares no two values",
    "a usual time longer than any": "a schema compares no two values",
    "fewest nodes over most": "a schema compares no two values",
    "a profile that is not there": "profiles are found by name in folders",
    "a node type in no partition": "names are no business of a schema",
    "a source of nothing": "paths are no business of a schema",
    "more CPUs for GPUs than there are": "a schema does not multiply",
    "a tab": "no YAML: nothing gets to the schema",
}
"""What only relionc tells, and why."""


def _schema() -> dict[str, Any]:
    with open(f"{folder('schemas')}/cluster.v1.schema.json", encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


FULL = Draft7Validator(_schema())
BASE = (MISTAKES / "base.yaml").read_text(encoding="utf-8")


def mistakes() -> dict[str, tuple[str, str, bool]]:
    """Return what each mistake replaces, by what, and whether it is one: some only look like it."""
    listed = load((MISTAKES / "mistakes.yaml").read_bytes(), "mistakes.yaml")
    assert listed.tree is not None
    assert not listed.diagnostics
    rows: list[Any] = listed.tree.value
    return {str(row["name"]): (str(row.get("old", "")), str(row["new"]), not row.get("fine")) for row in rows}


ALL = mistakes()


def changed(name: str) -> str:
    old, new, _ = ALL[name]
    text = BASE.replace(old, new) if old else BASE + new + "\n"
    assert text != BASE
    return text


@pytest.mark.parametrize("name", ALL)
def test_an_editor_marks_a_mistake_and_nothing_else(name: str) -> None:
    tree = load(changed(name).encode(), "profile.yaml").tree
    marked = tree is not None and bool(list(FULL.iter_errors(tree.value)))
    assert marked == (ALL[name][2] and name not in NOT_BY_SCHEMA)


def test_most_mistakes_are_found_by_the_schema_alone() -> None:
    by_schema = [name for name, (_, __, wrong) in ALL.items() if wrong and name not in NOT_BY_SCHEMA]
    assert len(by_schema) >= 25


@pytest.mark.parametrize("name", site.names())
def test_built_in_profiles_are_right_in_an_editor(name: str) -> None:
    text = (HERE.parent / "relionc" / "site" / "data" / f"{name}.yaml").read_bytes()
    for value in (load(text, name).tree, None):
        whole = to_value(site.builtin(name)) if value is None else value.value
        assert list(FULL.iter_errors(whole)) == []
