"""What key a user may have meant, and where a key belongs that stands in the wrong place."""

from __future__ import annotations

from jsonschema import Draft7Validator

from relionc.diag.near import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from relionc.diag import Route

Schema: TypeAlias = "dict[str, Any]"
_ANY = "<name>"  # stands for a name of the user's own
_DEEPEST = 4  # how far below a mapping a misplaced key is looked for


class SchemaNames:
    """Looks keys up in a schema as editors see it, along a value."""

    def __init__(self, schema: Schema, value: Any) -> None:
        self.schema = schema
        self.value = value
        self._places: dict[tuple[Route, str | int | None], dict[str, tuple[str, ...]]] = {}
        self._at_routes: dict[Route, tuple[list[Schema], Any]] = {}
        self._included: dict[
            int, list[Schema]
        ] = {}  # parts of the schema → what they include where there is no value

    def meant(self, key: str, route: Route) -> str | None:
        """Return the key of the mapping at `route` that `key` is another spelling of."""
        return _spelled(key, self.known(route))

    def alike(self, key: str, route: Route) -> str | None:
        """Return the key of the mapping at `route` that `key` resembles most."""
        known = self.known(route)
        as_slurm_has_it = {name.replace("_", ""): name for name in known}.get(key.lower().replace("-", ""))
        return as_slurm_has_it or nearest(key, known, 0.7)

    def elsewhere(self, key: str, route: Route) -> str:
        """Say where `key` belongs if not into the mapping at `route`; empty if nowhere."""
        for length in range(len(route), -1, -1):
            path = self._below(key, route[:length], None if length == len(route) else route[length])
            if path:
                return _directions(key, path, route, length)
        return ""

    def note(self, route: Route, word: str) -> str:
        """Return the first note `word` (such as `x-unknown`) of the schema at `route`."""
        return next((str(part[word]) for part in self._at(route)[0] if word in part), "")

    def form_of_names(self, route: Route) -> str:
        """Return in words what the keys of the mapping at `route` must look like."""
        parts = (part["propertyNames"] for part in self._at(route)[0] if "propertyNames" in part)
        return next((str(part["description"]) for part in parts if "description" in part), "")

    # --- walking ------------------------------------------------------------------------------------------

    def _below(self, key: str, route: Route, searched: str | int | None) -> tuple[str, ...]:
        """Return the shortest way from the mapping at `route` down to a key that `key` may mean.

        `searched`: the step that has been looked into already, from below; None at the first mapping.
        """
        known = self._places.get((route, searched))
        if known is None:
            known = self._places[route, searched] = self._all_below(route, searched)
        return known.get(_plain(key), ())

    def _all_below(self, route: Route, searched: str | int | None) -> dict[str, tuple[str, ...]]:
        """Return the shortest way to each key below a mapping, by what the key and its other names are written as."""
        parts, value = self._at(route)
        level: list[tuple[tuple[str, ...], list[Schema], Any]] = [((), parts, value)]
        found: dict[str, tuple[str, ...]] = {}
        for _ in range(_DEEPEST):
            for path, here, _inner in level:
                for spelling, name in _spellings(_merged(here)).items():
                    found.setdefault(spelling, (*path, name))
            level = [
                deeper
                for path, here, inner in level
                for deeper in self._children(path, here, inner)
                if searched is None or deeper[0][0] not in {searched, _ANY}
            ]
        return found

    def _children(
        self, path: tuple[str, ...], parts: list[Schema], value: Any
    ) -> Iterator[tuple[tuple[str, ...], list[Schema], Any]]:
        for name in _merged(parts):
            yield (*path, name), self._step(parts, value, name), _get(value, name)
        if any(isinstance(part.get("additionalProperties"), dict) for part in parts):
            yield (*path, _ANY), self._step(parts, value, _ANY), None

    def known(self, route: Route) -> dict[str, Schema]:
        """Return the keys that the mapping at `route` may have, with their schemas."""
        return _merged(self._at(route)[0])

    def _at(self, route: Route) -> tuple[list[Schema], Any]:
        """Return the schemas that speak of the value at `route`, and the value."""
        known = self._at_routes.get(route)
        if known is None:
            if route:
                parts, value = self._at(route[:-1])
                known = self._step(parts, value, route[-1]), _get(value, route[-1])
            else:
                known = list(self._parts(self.schema, self.value)), self.value
            self._at_routes[route] = known
        return known

    def _step(self, parts: list[Schema], value: Any, step: str | int) -> list[Schema]:
        inner = _get(value, step)
        following = {id(schema): schema for part in parts for schema in _next_schemas(part, step)}
        found = (each for schema in following.values() for each in self._all_parts(schema, inner))
        return list({id(each): each for each in found}.values())  # many ways may lead to one part

    def _all_parts(self, schema: Any, value: Any) -> list[Schema]:
        """Return `schema` and all that it includes."""
        if value is not None:
            return list(self._parts(schema, value))
        known = self._included.get(id(schema))
        if known is None:
            known = self._included[id(schema)] = list(self._parts(schema, None))
        return known

    def _parts(self, schema: Any, value: Any) -> Iterator[Schema]:
        """Yield `schema` and all that it includes, conditional parts only where they apply to `value`."""
        if not isinstance(schema, dict):
            return
        yield schema
        reference = schema.get("$ref", "").removeprefix("#/definitions/")
        inner = [self.schema["definitions"][reference]] if reference else []
        for word in ("allOf", "anyOf", "oneOf"):
            inner += schema.get(word, [])
        if "if" in schema and Draft7Validator(schema["if"]).is_valid(value):
            inner.append(schema.get("then", {}))
        for part in inner:
            yield from self._parts(part, value)


def _next_schemas(part: Schema, step: str | int) -> list[Any]:
    if isinstance(step, int):
        return [part.get("items")]
    named = part.get("properties", {}).get(step)
    return [part.get("additionalProperties") if named is None else named]


def _merged(parts: list[Schema]) -> dict[str, Schema]:
    return {name: schema for part in parts for name, schema in part.get("properties", {}).items()}


def _get(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) else None


def _spelled(key: str, properties: dict[str, Schema]) -> str | None:
    """Return the property that `key` names: in another case, with other dashes, or by a known other name."""
    return _spellings(properties).get(_plain(key))


def _spellings(properties: dict[str, Schema]) -> dict[str, str]:
    """Return each property by what its name and its other names are written as; its own name comes first."""
    also = {_plain(other): name for name, s in properties.items() for other in s.get("x-also", ())}
    return {**also, **{_plain(name): name for name in properties}}


def _plain(key: str) -> str:
    return key.lower().lstrip("-").replace("-", "_").replace(" ", "_")


def _directions(key: str, path: tuple[str, ...], route: Route, length: int) -> str:
    """Put into words the way from `route[:length]` down `path`."""
    *folders, name = path
    called = "" if name == key else f", as `{name}`"
    if folders and folders[-1] == _ANY:
        return f"`{key}` belongs to each entry of `{folders[-2]}:`{called}"
    if folders:
        below = "".join(f" `{folder}:`" for folder in folders)
        return f"`{key}` belongs under{below}{'' if length == len(route) else _of(route[:length])}{called}"
    return f"`{key}` belongs one level up{called}, beside `{route[length]}:`"


def _of(route: Route) -> str:
    return f" of `{route[-1]}`" if route else " at the top"
