"""What key a user may have meant, and where a key belongs that stands in the wrong place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft7Validator

from relionc.diag.near import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route

Schema = dict[str, Any]
_ANY = "<name>"  # stands for a name of the user's own
_DEEPEST = 4  # how far below a mapping a misplaced key is looked for


class Names:
    """Looks keys up in a schema as editors see it, along a value."""

    def __init__(self, schema: Schema, value: Any) -> None:
        self.schema = schema
        self.value = value

    def meant(self, key: str, route: Route) -> str | None:
        """Return the key of the mapping at `route` that `key` is another spelling of."""
        return _spelled(key, self.known(route))

    def alike(self, key: str, route: Route) -> str | None:
        """Return the key of the mapping at `route` that `key` resembles most."""
        return nearest(key, self.known(route), 0.7)

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
        parts, value = self._at(route)
        level: list[tuple[tuple[str, ...], list[Schema], Any]] = [((), parts, value)]
        for _ in range(_DEEPEST):
            for path, here, _inner in level:
                name = _spelled(key, _merged(here))
                if name is not None:
                    return (*path, name)
            level = [
                deeper
                for path, here, inner in level
                for deeper in self._children(path, here, inner)
                if searched is None or deeper[0][0] not in {searched, _ANY}
            ]
        return ()

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
        parts, value = list(self._parts(self.schema, self.value)), self.value
        for step in route:
            parts, value = self._step(parts, value, step), _get(value, step)
        return parts, value

    def _step(self, parts: list[Schema], value: Any, step: str | int) -> list[Schema]:
        inner = _get(value, step)
        return [
            found
            for part in parts
            for schema in _next_schemas(part, step)
            for found in self._parts(schema, inner)
        ]

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
    wanted = _plain(key)
    by_name = {_plain(name): name for name in properties}
    also = {_plain(other): name for name, s in properties.items() for other in s.get("x-also", ())}
    return by_name.get(wanted) or also.get(wanted)


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
