"""Preferences of a site that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.rules.findings import IMPOSSIBLE, impossible
from relionc.site.meant import UNKNOWN_NAME, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding, Route
    from relionc.site.types import Profile

CODES = (IMPOSSIBLE, UNKNOWN_NAME)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the preferences of a site."""
    policy = profile.cluster.policy
    route: Route = ("policy",)
    if policy.memory_factor < 1:
        message = f"estimates of memory would be multiplied by {policy.memory_factor:g}, so jobs would get too little"
        yield impossible(message, (*route, "memory_factor"), "write 1 or more")
    for name, threads in policy.threads:
        if threads < 1:
            message = f"a task of {name} would have no CPU"
            yield impossible(message, (*route, "threads", name), "write 1 or more")
    for mode, _ in policy.mode_cpus:
        if mode not in profile.modes:
            where = (*route, "idle_cpus", mode)
            yield unknown(mode, profile.modes, "way to distribute ranks", where, on_key=True)
