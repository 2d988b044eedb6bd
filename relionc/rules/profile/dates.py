"""Dates that are none: whoever asks how old a fact is gets no answer."""

from __future__ import annotations

import re

from relionc.diag import Finding
from relionc.site.read import WRONG_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.site.types import Profile

CODES = (WRONG_VALUE,)
DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
"""A year, a month of one, or a day."""


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error for each date in another form: of the profile, of its sources, of nodes that leave."""
    cluster = profile.cluster
    dates: list[tuple[str, Route]] = [(cluster.date, ("date",))]
    dates += [(source.date, _route(path, profile)) for path, source in cluster.sources.items() if path]
    dates += [(node.until, ("node_types", node.name, "until")) for node in cluster.node_types.values()]
    for text, route in dates:
        if text and not DATE.fullmatch(text):
            message = f"`{text[:64]}` is not a date"
            yield Finding(
                code=WRONG_VALUE, message=message, route=route, help="write 2026, 2026-11 or 2026-11-20"
            )


def _route(path: str, profile: Profile) -> Route:
    """Return where the date of a source stands: under `sources`, or in the section itself."""
    listed = profile.value.get("sources")
    if isinstance(listed, dict) and path in listed:
        return ("sources", path, "date")
    return (*path.split("."), "date")
