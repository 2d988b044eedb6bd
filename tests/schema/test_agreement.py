"""The generated check and jsonschema agree on what is right, for values that are nearly right."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from relionc import schema
from relionc.resources import folder
from relionc.schema.subset import checked

KINDS = ["spec", "cluster"]

odd = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        2,
        1.0,
        0.5,
        -1,
        "",
        "a",
        "a\n",
        "${{ x }}",
        "auto",
        "1",
        "yes",
        [],
        ["a"],
        {},
        {"a": 1},
    ]
)
names = st.sampled_from(["a", "k9"])
odd_names = st.sampled_from(
    ["a b", "A-1", "mail-type", "x_y", "a\n", "9", "", "é", "k" * 65, "Mail", "type", "nodes"]
)


@cache
def full(kind: str) -> Any:
    with open(f"{folder('schemas')}/{kind}.v1.schema.json", encoding="utf-8") as file:
        return json.load(file)


@cache
def slow(kind: str) -> Draft7Validator:
    return Draft7Validator(checked(full(kind)))


def fitting(kind: str, part: Any) -> st.SearchStrategy[Any]:
    """Return values that nearly always fit a part of a schema."""
    if not isinstance(part, dict):
        return odd
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/definitions/")
        return st.deferred(lambda: fitting(kind, full(kind)["definitions"][name]))
    branches = [inner for word in ("anyOf", "oneOf") for inner in part.get(word, ())] or part.get(
        "allOf", []
    )[:1]
    if branches and "properties" not in part:
        return st.one_of(*(fitting(kind, inner) for inner in branches))
    if "enum" in part or "const" in part:
        return st.sampled_from(part.get("enum") or [part["const"]])
    kinds = part.get("type", "object" if "properties" in part else "string")
    return st.one_of(*(_of_kind(kind, name, part) for name in ([kinds] if isinstance(kinds, str) else kinds)))


def _of_kind(kind: str, name: str, part: Any) -> st.SearchStrategy[Any]:
    least = int(part.get("minimum", part.get("exclusiveMinimum", -1) + 1))
    simple: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(least, least + 5),
        "number": st.integers(least, least + 5) | st.floats(least, least + 5),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if name == "string":
        return (
            st.from_regex(part["pattern"], fullmatch=True)
            if "pattern" in part
            else st.sampled_from(["a", "${{ x }}"])
        )
    if name == "array":
        return st.lists(fitting(kind, part.get("items", True)), min_size=part.get("minItems", 0), max_size=3)
    return simple[name] if name in simple else _mapping(kind, part)


def _mapping(kind: str, part: Any) -> st.SearchStrategy[Any]:
    named = {name: fitting(kind, inner) for name, inner in part.get("properties", {}).items()}
    wanted = [*part.get("required", ()), *part.get("else", {}).get("required", ())]
    required = {name: named.pop(name) for name in wanted}
    known = st.fixed_dictionaries(required, optional=named)
    more = part.get("additionalProperties", next(iter(part.get("patternProperties", {}).values()), True))
    if not isinstance(more, dict):
        return known
    others = st.dictionaries(names, fitting(kind, more), min_size=part.get("minProperties", 0), max_size=2)
    return st.tuples(known, others).map(lambda pair: {**pair[1], **pair[0]})


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every mapping or list within a value, with each of its keys or indices."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, inner in steps for place in [(value, step), *places(inner)]]


@st.composite
def spoiled(draw: st.DrawFn, kind: str) -> Any:
    """Draw a value that fits, often with one thing changed."""
    value = copy.deepcopy(draw(fitting(kind, full(kind))))
    where = places(value)
    how = draw(st.sampled_from(["keep", "keep", "replace", "replace", "remove", "rename"]))
    if how == "keep" or not where:
        return value
    holder, step = draw(st.sampled_from(where))
    if how == "replace":
        holder[step] = draw(odd)
        return value
    taken = holder.pop(step)
    if how == "rename" and isinstance(holder, dict):
        holder[draw(odd_names)] = taken
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_both_checks_agree_and_every_no_has_a_reason(kind: Any) -> None:
    tally = {True: 0, False: 0}

    @given(spoiled(kind) | odd)
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def run(value: Any) -> None:
        verdict = slow(kind).is_valid(value)
        tally[verdict] += 1
        assert schema.accepts(kind, value) == verdict
        found = schema.check(kind, value)
        assert bool(found) == (not verdict)
        for finding in found:
            assert finding.message
            assert finding.code.startswith("RL02")

    run()
    assert all(tally.values()), f"both answers must have been tried: {tally}"
