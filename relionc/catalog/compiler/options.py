"""The options of a job type: its own, and those it takes from `shared.yaml`."""

from __future__ import annotations

from relionc.catalog.compiler.ranges import matches
from relionc.catalog.compiler.values import (
    CatalogError,
    check_keys,
    mapping,
    number,
    sequence,
    text,
    texts,
    within,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from relionc.catalog.compiler.release import Release
    from relionc.catalog.records import OptionData
    from relionc.source.values import Plain

KINDS = ("text", "number", "bool", "list", "file", "node")
_NEEDED = ("label", "kind", "default", "about")
_SELDOM: tuple[Literal["unit", "role", "flag", "variable"], ...] = ("unit", "role", "flag", "variable")
_KEYS = (*_NEEDED, *_SELDOM, "range", "choices", "node", "versions", "by_version", "like")


def options(release: Release, shared: dict[str, Plain], groups: dict[str, Plain]) -> dict[str, OptionData]:
    """Return the options that a version has, in the order of the groups."""
    found = {}
    for group, members in groups.items():
        for key, given in _members(shared, members):
            spec = {**within(mapping(shared["options"]), text(given.get("like", key))), **given}
            check_keys(f"option {key}", spec, _KEYS)
            if release.applies(spec):
                found[key] = _option(release, key, group, _of_version(release, spec))
    return found


def _members(shared: dict[str, Plain], members: Plain) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Yield options and their definitions; a list names groups of shared ones."""
    if isinstance(members, dict):
        yield from ((key, mapping(given or {})) for key, given in members.items())
    else:
        groups = mapping(shared["groups"])
        yield from ((key, {}) for group in texts(members) for key in texts(groups[group]))


def _of_version(release: Release, spec: dict[str, Plain]) -> dict[str, Plain]:
    for versions, given in within(spec, "by_version").items():
        changes = mapping(given)
        check_keys("by_version", changes, _KEYS)
        if matches(versions, release.version):
            spec = {**spec, **changes}
    return spec


def _option(release: Release, key: str, group: str, spec: dict[str, Plain]) -> OptionData:
    missing = [name for name in _NEEDED if name not in spec]
    if missing:
        raise CatalogError(f"option {key} has no {', '.join(missing)}")
    if spec["kind"] not in KINDS:
        raise CatalogError(f"option {key}: {spec['kind']!r} is not one of {', '.join(KINDS)}")
    option: OptionData = {
        "key": key,
        "label": str(spec["label"]),
        "kind": str(spec["kind"]),
        "default": str(spec["default"]),
        "description": str(spec["about"]),
        "group": group,
    }
    for name in _SELDOM:
        if name in spec:
            option[name] = str(spec[name])
    if "choices" in spec:
        option["choices"] = texts(spec["choices"])
    if "range" in spec:
        option["minimum"], option["maximum"] = map(number, sequence(spec["range"]))
    if "node" in spec:
        option["node_type"] = release.node_type(spec["node"])
    return option
