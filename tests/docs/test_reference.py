"""The reference pages leave nothing out: every key, function, command and option is described."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from pages import ROOT, blocks, errors

from relionc.cli.app import RELIONC
from relionc.cli.options import HELP
from relionc.expr.functions import FUNCTIONS
from relionc.source import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SPEC_PAGE = (ROOT / "docs" / "spec.md").read_text()
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text()
BASE = {"relionc": "relionc: 1", "cluster": "cluster: biowulf", "relion": 'relion: "3.1"'}
JOB = {
    "type": "type: class3d",
    "options": "options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 300}",
    "resources": "resources: {gpus: p100}",
}
PARTS = [
    pytest.param(block.text, id=f"spec.md:{block.line}")
    for block in blocks(SPEC_PAGE)
    if block.kind == "yaml" and not block.is_spec
]


def whole(part: str) -> str:
    """Return a spec around a part of one: a part with `jobs`, `vars` or `defaults`, or a part of a job."""
    tree = load(part.encode(), "part.yaml").tree
    assert tree is not None, "not YAML"
    if set(tree.value) & {"jobs", "vars", "defaults"}:
        top = [line for key, line in BASE.items() if key not in tree.value]
        return "\n".join([*top, part]) if "jobs" in tree.value else "\n".join([*top, part, _job("")])
    return "\n".join([*BASE.values(), _job(part, *tree.value)])


def _job(part: str, *keys: str) -> str:
    lines = [line for key, line in JOB.items() if key not in keys] + part.splitlines()
    return "jobs:\n  job:\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_spec_that_is_shown_works(part: str) -> None:
    assert errors(whole(part)) == []


def _keys(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of all keys that the schema knows, except those of the catalogue."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    for key, value in schema.get("properties", {}).items():
        yield key
        yield from _keys(value, definitions) if key != "options" else ()
    for part in ("additionalProperties", "items"):
        if isinstance(schema.get(part), dict):
            yield from _keys(schema[part], definitions)
    for choice in schema.get("anyOf", ()):
        yield from _keys(choice, definitions)


def test_every_key_of_the_language_is_described() -> None:
    schema = json.loads((ROOT / "schemas" / "spec.v1.schema.json").read_text())
    keys = set(_keys(schema, schema["definitions"]))
    assert {"vars", "per_node", "ntasks_per_node", "micrograph_width", "interactive"} <= keys
    assert sorted(key for key in keys if f"`{key}`" not in SPEC_PAGE and f"{key}:" not in SPEC_PAGE) == []


def test_every_function_of_expressions_is_described() -> None:
    described = set(re.findall(r"`(\w+)\(", SPEC_PAGE))
    assert described == set(FUNCTIONS)


def test_every_command_and_option_is_described() -> None:
    missing = []
    for name, command in RELIONC.commands.items():
        section = re.search(rf"^## `relionc {name}\b.*?(?=^## |\Z)", CLI_PAGE, re.MULTILINE | re.DOTALL)
        if section is None:
            missing.append(name)
            continue
        for inner in command.commands.values() or [command]:
            flags = [flag for option in inner.options if option is not HELP for flag in option.flags]
            missing += [f"{name} {flag}" for flag in flags if flag not in section[0]]
    assert missing == []
