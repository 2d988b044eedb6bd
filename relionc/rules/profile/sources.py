"""Sources of facts that a profile does not have."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.site.overlay import existing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Profile

CODE = "RL673"
CODES = (CODE,)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error for each source of a fact that is not there."""
    sources = profile.cluster.sources
    there = existing(profile.value, sources)
    for path in sources:
        if path not in there:
            message = f"a source for `{path}`, which this profile does not have"
            route = ("sources", path)
            advice = "paths are keys joined by dots, as node_types.NAME.memory"
            yield Finding(code=CODE, message=message, route=route, help=advice, on_key=True)
