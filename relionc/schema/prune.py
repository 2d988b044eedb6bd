"""A value without what a schema refuses, so that later stages can still look at the rest."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from relionc.diag import Finding, Route


def pruned(value: Any, findings: Iterable[Finding]) -> Any:
    """Return a copy of `value` without the keys and items that the findings speak of.

    A finding about something that is missing takes what it is missing from. None when nothing is left.
    """
    routes = {finding.route for finding in findings}
    return None if () in routes else _without(value, (), routes)


def _without(value: Any, at: Route, routes: set[Route]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(item, (*at, key), routes) for key, item in value.items() if (*at, key) not in routes
        }
    if isinstance(value, list):
        return [_without(item, (*at, i), routes) for i, item in enumerate(value) if (*at, i) not in routes]
    return value
