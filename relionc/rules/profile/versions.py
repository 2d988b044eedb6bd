"""RELION versions that a profile names and does not have."""

from __future__ import annotations

from relionc.rules.findings import TWICE, twice
from relionc.site.meant import UNKNOWN_NAME, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Profile

CODES = (TWICE, UNKNOWN_NAME)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error for each."""
    cluster = profile.cluster
    yield from twice(cluster.versions, ("versions",))
    if not cluster.versions:
        return
    routes: list[tuple[str, ...]] = [("modules", version) for version in cluster.modules]
    routes += [("wrapper", version) for version in cluster.wrapper]
    for node in cluster.node_types.values():
        inside = ("node_types", node.name)
        routes += [(*inside, "modules", version) for version, _ in node.modules]
        routes += [(*inside, "wrapper", version) for version, _ in node.wrapper]
    for route in routes:
        if route[-1] != "*" and route[-1] not in cluster.versions:
            yield unknown(route[-1], cluster.versions, "RELION version", route, on_key=True)
