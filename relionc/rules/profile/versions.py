"""RELION versions that a profile names and does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.rules.findings import TWICE, twice
from relionc.site.meant import UNKNOWN_NAME, unknown

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
    for key, by_version in (("modules", cluster.modules), ("wrapper", cluster.wrapper)):
        for version in by_version:
            if version != "*" and version not in cluster.versions:
                yield unknown(version, cluster.versions, "RELION version", (key, version), on_key=True)
