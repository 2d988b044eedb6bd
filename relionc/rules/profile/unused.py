"""Node types that no partition has: no job can be on them."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Profile

CODE = "RL656"
CODES = (CODE,)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield a warning for each, where there are partitions."""
    cluster = profile.cluster
    used = {name for partition in cluster.partitions.values() for name in partition.node_types}
    # A wrong name is likely one of these; and who takes partitions of another profile away leaves its node types.
    said = used <= set(cluster.node_types) and not profile.extends and cluster.partitions
    for name in cluster.node_types if said else ():
        if name not in used:
            message = f"no partition has nodes of type {name}: no job can be on them"
            advice = f"add {name} to `node_types` of a partition, or take it out of the profile"
            route = ("node_types", name)
            yield Finding(code=CODE, message=message, route=route, help=advice, severity=WARNING, on_key=True)
