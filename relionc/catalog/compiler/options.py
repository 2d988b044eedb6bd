"""The options of a job type: its own, and those it takes from `shared.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.ranges import matches
from relionc.catalog.compiler.release import CatalogError, Release, check_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("text", "number", "bool", "list", "file", "node")
_NEEDED = ("label", "kind", "default", "about")
_COPIED = {"label": "label", "kind": "kind", "default": "default", "about": "description", "unit": "unit",
           "role": "role", "flag": "flag"}  # fmt: skip
_KEYS = (*_COPIED, "range", "choices", "node", "versions", "by_version", "like")


def options(release: Release, shared: dict[str, Any], groups: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the options that a version has, in the order of the groups."""
    found = {}
    for group, members in groups.items():
        for key, given in _members(shared, members):
            spec = {**shared["options"].get((given or {}).get("like", key), {}), **(given or {})}
            check_keys(f"option {key}", spec, _KEYS)
            if release.applies(spec):
                found[key] = _option(release, key, group, _of_version(release, spec))
    return found


def _members(shared: dict[str, Any], members: Any) -> Iterator[tuple[str, Any]]:
    """Yield options and their definitions; a list names groups of shared ones."""
    if isinstance(members, dict):
        yield from members.items()
    else:
        yield from ((key, None) for group in members for key in shared["groups"][group])


def _of_version(release: Release, spec: dict[str, Any]) -> dict[str, Any]:
    for versions, changes in spec.get("by_version", {}).items():
        check_keys("by_version", changes, _KEYS)
        if matches(versions, release.version):
            spec = {**spec, **changes}
    return spec


def _option(release: Release, key: str, group: str, spec: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in _NEEDED if name not in spec]
    if missing:
        raise CatalogError(f"option {key} has no {', '.join(missing)}")
    if spec["kind"] not in KINDS:
        raise CatalogError(f"option {key}: {spec['kind']!r} is not one of {', '.join(KINDS)}")
    option: dict[str, Any] = {"key": key}
    option |= {name: str(spec[yaml]) for yaml, name in _COPIED.items() if yaml in spec}
    option["group"] = group
    if "choices" in spec:
        option["choices"] = tuple(spec["choices"])
    if "range" in spec:
        option["minimum"], option["maximum"] = map(float, spec["range"])
    if "node" in spec:
        option["node_type"] = release.node_type(spec["node"])
    return option
