"""The profiles of docs/clusters.md are valid, load, and show every key there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from relionc import site
from relionc.pipeline.profile import from_value
from relionc.source import load

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "clusters.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
SCHEMA = json.loads((ROOT / "schemas" / "cluster.v1.schema.json").read_text())


def value_of(text: str) -> Any:
    loaded = load(text.encode(), "clusters.md")
    assert loaded.tree is not None, loaded.diagnostics
    return loaded.tree.value


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_loads(text: str) -> None:
    value = value_of(text)
    jsonschema.Draft7Validator(SCHEMA).validate(value)
    cluster, findings = from_value(value)
    assert findings == []
    assert cluster is not None
    assert cluster.name == value["name"]


def keys(schema: dict[str, Any]) -> set[str]:
    """Return every key that a schema gives a name to, those of its sections included."""
    found = set(schema.get("properties", {}))
    parts = [*schema.get("properties", {}).values(), schema.get("additionalProperties")]
    return found.union(*(keys(part) for part in parts if isinstance(part, dict)))


def test_the_page_explains_every_key_of_the_schema() -> None:
    assert {
        key for key in keys(SCHEMA) if f"`{key}`" not in TEXT and f"launchers.{key}`" not in TEXT
    } == set()


def test_every_key_of_the_schema_has_a_title_and_a_description() -> None:
    def bare(schema: dict[str, Any], path: str) -> list[str]:
        properties = schema.get("properties", {})
        here = [f"{path}.{k}" for k, v in properties.items() if not (v.get("title") and v.get("description"))]
        below = [(f"{path}.{k}", v) for k, v in properties.items()] + [
            (path, schema.get("additionalProperties"))
        ]
        return here + [name for route, part in below if isinstance(part, dict) for name in bare(part, route)]

    assert bare(SCHEMA, "") == []


def test_the_complete_example_uses_every_key() -> None:
    value = value_of(next(text for text in EXAMPLES if "name: example" in text))

    def used(part: Any) -> set[str]:
        return set(part).union(*(used(p) for p in part.values())) if isinstance(part, dict) else set()

    assert keys(SCHEMA) - used(value) == {"extends", "serial"}


@pytest.mark.parametrize("name", site.names())
def test_the_page_lists_the_built_in_profiles(name: str) -> None:
    assert f"| `{name}` |" in TEXT


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": 2},
        {"partition": {}},
        {"node_types": {"a": {"cpu": 3}}},
        {"scheduler": "pbs"},
        {"policy": {"ntasks": 0}},
    ],
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    good = {"profile": 1, "extends": "biowulf", "name": "mine"}
    validator = jsonschema.Draft7Validator(SCHEMA)
    validator.validate(good)
    assert not validator.is_valid(good | wrong)


def test_the_schema_wants_the_whole_of_a_profile_that_extends_nothing() -> None:
    errors = jsonschema.Draft7Validator(SCHEMA).iter_errors({"profile": 1, "name": "mine"})
    assert sum("required" in error.message for error in errors) == 3
