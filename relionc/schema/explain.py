"""Why a value does not have the right shape: every reason, at its route, in the user's words.

The schema's own notes help: `description` of a `propertyNames` says what a name must look like, `x-also`
lists other names under which people look for a key, `x-unknown` what to say of a key that resembles nothing.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from itertools import islice

from jsonschema import Draft7Validator
from jsonschema.validators import extend

from relionc.diag import Finding, Fix, Route
from relionc.diag.near import may_guess, nearest
from relionc.resources import folder
from relionc.schema import INCOMPLETE, accepts, describe
from relionc.schema.names import SchemaNames
from relionc.schema.subset import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeAlias


Schema: TypeAlias = "Any"
Error: TypeAlias = "Any"  # jsonschema.ValidationError, whose type information hedges every attribute
MOST = 100
"""The most findings about one value."""
_MANY = 20  # jobs that are looked at without asking first which are wrong
_SOUND = {"relionc": 1}
_PLACES = 100  # keys that are looked at to find where one belongs: about so many are in a schema
_WHOLE = {"spec": "a spec", "cluster": "a cluster profile"}


@cache
def _schema(kind: str) -> Schema:
    path = os.path.join(folder("schemas"), f"{kind}.v1.schema.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _others(validator: Any, others: Any, instance: Any, schema: Schema) -> Iterator[Error]:
    """Judge the keys without a name in the schema in the order of the document: jsonschema follows their hashes."""
    if not (isinstance(others, dict) and isinstance(instance, dict)):
        yield from Draft7Validator.VALIDATORS["additionalProperties"](validator, others, instance, schema)
        return
    patterns = "|".join(schema.get("patternProperties", ()))
    for key, value in instance.items():
        if key not in schema.get("properties", ()) and not (patterns and re.search(patterns, key)):
            yield from validator.descend(value, others, path=key)


_Validator: type[Draft7Validator] = extend(  # type: ignore[no-untyped-call]
    Draft7Validator, {"additionalProperties": _others}
)


@cache
def _validator(kind: str) -> Draft7Validator:
    return _Validator(checked(_schema(kind)))


def explain(kind: str, value: Any) -> list[Finding]:
    """Return a finding for every reason why `value` does not fit the schema."""
    if value is None:
        return [Finding(code="RL026", message=f"{_WHOLE[kind]} must not be empty")]
    explainer = _Explainer(SchemaNames(_schema(kind), value), _WHOLE[kind])
    errors = list(islice(_validator(kind).iter_errors(_suspect(kind, value)), MOST + 1))
    wrong_kind = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    findings: dict[Finding, None] = {}
    for error in errors:
        if error.validator == "type" or tuple(error.absolute_path) not in wrong_kind:
            findings |= dict.fromkeys(islice(explainer.findings(error), MOST + 1))
        if len(findings) > MOST:
            break
    if len(errors) <= MOST and len(findings) <= MOST:
        return list(findings)
    more = Finding(code=INCOMPLETE, message="and more: the rest was not looked at")
    return [*list(findings)[: MOST - 1], more]


def _suspect(kind: str, value: Any) -> Any:
    """Return a spec with the first jobs that are wrong alone: each is right or wrong whatever the others are."""
    jobs = value.get("jobs") if kind == "spec" and isinstance(value, dict) else None
    if not isinstance(jobs, dict) or len(jobs) < _MANY:
        return value
    wrong = (name for name, job in jobs.items() if not accepts("spec", {**_SOUND, "jobs": {name: job}}))
    kept = {name: jobs[name] for name in islice(wrong, MOST + 1)}
    first = next(iter(jobs))
    return {**value, "jobs": kept or {first: jobs[first]}}


class _Explainer:
    """Turns jsonschema's errors into findings."""

    def __init__(self, names: SchemaNames, whole: str) -> None:
        self.names = names
        self.whole = whole
        bounds, counts = self.out_of_bounds, self.wrong_count
        self.by_keyword: dict[str, Callable[[Error, Route], Iterable[Finding]]] = {
            "additionalProperties": self.unknown_keys,
            "required": self.missing_key,
            "type": self.wrong_kind,
            "anyOf": self.no_branch,
            "oneOf": self.no_branch,
            "enum": self.not_listed,
            "const": self.not_listed,
            "pattern": self.wrong_form,
            **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), bounds),
            **dict.fromkeys(
                ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), counts
            ),
        }

    def findings(self, error: Error) -> Iterable[Finding]:
        """Explain one error."""
        route = tuple(error.absolute_path)
        if "propertyNames" in list(error.absolute_schema_path)[-2:-1]:
            return self.bad_name(error, route)
        return self.by_keyword.get(str(error.validator), self.other)(error, route)

    def called(self, route: Route) -> str:
        """Return how to speak of the value at `route`."""
        if not route:
            return self.whole
        if isinstance(route[-1], int):
            return f"item {route[-1] + 1} of {self.called(route[:-1])}"
        return f"`{route[-1]}`"

    # --- keys ---------------------------------------------------------------------------------------------

    def unknown_keys(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain each key that a mapping may not have."""
        schema: Schema = error.schema
        known = schema.get("properties", {})
        for key in error.instance:
            if key not in known:
                where = f"under {self.called(route)}" if route else f"at the top of {self.whole}"
                yield Finding(
                    code="RL020",
                    message=f"unknown key `{key}` {where}",
                    route=(*route, key),
                    on_key=True,
                    help=self._cure(key, route, list(known)),
                )

    def _cure(self, key: str, route: Route, known: list[str]) -> str:
        name = self.names.meant(key, route)
        if name is not None:
            return f"the key is called `{name}`"
        elsewhere = self.names.elsewhere(key, route) if may_guess(_PLACES) else ""
        if elsewhere:
            return elsewhere
        name = self.names.alike(key, route)
        if name is not None:
            return f"did you mean `{name}`?"
        if ":" in key:
            return f"a space is missing after the colon: `{key.replace(':', ': ', 1)}`"
        more = self.names.note(route, "x-unknown")
        return f"known here: {', '.join(known)}" + (f"; {more}" if more else "")

    def missing_key(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a key that must be there (jsonschema makes one error for each)."""
        key = error.message.split("'")[1]
        if key in self._misspelled(error.instance, route):
            return
        title = self.names.note((*route, key), "description").split(". ")[0].rstrip(".")
        yield Finding(
            code="RL021",
            message=f"{self.called(route)} has no `{key}`",
            route=route,
            on_key=True,
            help=f"add `{key}:`" + (f" ({title[0].lower()}{title[1:]})" if title else ""),
        )

    def _misspelled(self, instance: Any, route: Route) -> set[str | None]:
        """Return the keys that unknown ones are told to become; to call them missing too would be noise."""
        known = self.names.known(route)
        unknown = [key for key in instance if key not in known]
        return {self.names.meant(key, route) or self.names.alike(key, route) for key in unknown}

    def bad_name(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a key whose spelling is not allowed."""
        form = self.names.form_of_names(route)
        yield Finding(
            code="RL025",
            message=f"`{error.instance}` cannot be a name here",
            route=(*route, error.instance),
            on_key=True,
            help=f"use {form}" if form else f"it must match {error.validator_value}",
        )

    # --- values -------------------------------------------------------------------------------------------

    def wrong_kind(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a number where text must be, and the like."""
        kinds = error.validator_value
        names = [kinds] if isinstance(kinds, str) else list(kinds)
        yield self._kind_finding(
            error.instance, route, names, describe.either(describe.kind(name) for name in names)
        )

    def _kind_finding(self, value: Any, route: Route, kinds: list[str], expected: str) -> Finding:
        name = self.called(route)
        message = f"{name} takes {expected}; this is {describe.got(value)}"
        if value is None:
            message = f"{name} is empty; it takes {expected}"
        return Finding(
            code="RL022",
            message=message,
            route=route,
            help=self._example(route) or describe.kind_cure(value, kinds),
        )

    def _example(self, route: Route) -> str:
        example = self.names.note(route, "x-example")
        return f"as {example}" if example else ""

    def no_branch(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a value that fits none of several forms: by the form of its kind, if there is one."""
        branches: dict[int, list[Error]] = {}
        for inner in error.context or ():
            branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
        for errors in branches.values():
            if not any(_of_another_kind(inner) for inner in errors):
                yield from (finding for inner in errors for finding in self.findings(inner))
                return
        forms = [self._resolved(schema) for schema in error.validator_value]
        kinds = [name for form in forms for name in describe.kinds_of(form)]
        yield self._kind_finding(error.instance, route, kinds, describe.either(map(describe.form, forms)))

    def _resolved(self, schema: Schema) -> Schema:
        name = schema.get("$ref", "").removeprefix("#/definitions/")
        return self.names.schema["definitions"][name] if name else schema

    def not_listed(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a value that is not one of those allowed."""
        allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
        typed = describe.typed(error.instance)
        near = nearest(typed.lower(), [str(value) for value in allowed], 0.6)
        fixes = (Fix(title=f"use `{near}`", route=route, value=near),) if near else ()
        yield Finding(
            code="RL023",
            message=f"{self.called(route)} cannot be {describe.got(error.instance)}",
            route=route,
            help=(f"did you mean `{near}`? " if near and len(allowed) > 1 else "")
            + f"allowed: {', '.join(describe.typed(value) for value in allowed)}",
            fixes=fixes,
        )

    def wrong_form(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a text that is not spelled as it must be."""
        note = self.names.note(route, "description")
        yield Finding(
            code="RL025",
            message=f"{self.called(route)} cannot be {describe.got(error.instance)}",
            route=route,
            help=note or f"it must match {error.validator_value}",
        )

    def out_of_bounds(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a number that is too small or too large."""
        bound = f"{describe.BOUNDS[str(error.validator)]} {error.validator_value}"
        yield Finding(
            code="RL024",
            message=f"{self.called(route)} must be {bound}; this is {describe.typed(error.instance)}",
            route=route,
        )

    def wrong_count(self, error: Error, route: Route) -> Iterator[Finding]:
        """Explain a text, list or mapping that is too short or too long."""
        keyword, limit = str(error.validator), error.validator_value
        which = "least" if keyword.startswith("min") else "most"
        unit = {"Length": "character", "Items": "item", "Properties": "key"}[keyword[3:]]
        yield Finding(
            code="RL026",
            message=f"{self.called(route)} is empty"
            if not error.instance
            else f"{self.called(route)} has {len(error.instance)} {unit}s",
            route=route,
            help=f"it takes at {which} {limit} {unit}{'s' * (limit != 1)}",
        )

    def other(self, _: Error, route: Route) -> Iterator[Finding]:
        """Explain what no other method does: no form of the schema allows the value."""
        note = self.names.note(route, "description")
        yield Finding(
            code="RL023",
            message=f"{self.called(route)} is not of a form that is allowed",
            route=route,
            on_key=True,
            help=note,
        )


def _of_another_kind(error: Error) -> bool:
    """Tell whether an error of a branch means that the branch is for another kind of value."""
    if len(error.relative_path) > 0:
        return False
    if error.validator == "type":
        return True
    if error.validator == "pattern":
        return bool(error.validator_value == describe.EXPRESSION)
    allowed = error.validator_value if error.validator == "enum" else ()
    return error.validator == "enum" and not any(type(value) is type(error.instance) for value in allowed)
