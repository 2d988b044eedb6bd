"""Preferences of a site that cannot be."""

from __future__ import annotations

from collections.abc import Mapping

from relionc.diag import WARNING
from relionc.rules.findings import IMPOSSIBLE, impossible
from relionc.site.meant import UNKNOWN_NAME, unknown
from relionc.slurm.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding, Route
    from relionc.site.types import Plain, Profile

CODES = (IMPOSSIBLE, UNKNOWN_NAME)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the preferences of a site."""
    policy = profile.cluster.policy
    route: Route = ("policy",)
    if policy.memory_factor < 1:
        message = f"estimates of memory would be multiplied by {policy.memory_factor:g}, so jobs would get too little"
        yield impossible(message, (*route, "memory_factor"), "write 1 or more")
    longest = [each.max_time_s for each in profile.cluster.partitions.values()]
    limits = [limit for limit in longest if limit is not None]
    if limits and len(limits) == len(longest) and policy.time_s > max(limits):
        usual, most = format_time(policy.time_s), format_time(max(limits))
        message = f"the usual time of {usual} is longer than any partition allows, {most}"
        found = impossible(
            message, (*route, "time"), f"write time: {most}, or raise the max_time of a partition"
        )
        if "time" in _said(profile):
            yield found._replace(severity=WARNING)
    for name, threads in policy.threads:
        if threads < 1:
            message = f"a task of {name} would have no CPU"
            yield impossible(message, (*route, "threads", name), "write 1 or more")
    for each in policy.ranks_per_gpu:
        if each.ranks < 1:
            message = f"no rank of {each.job_type} would use a GPU"
            yield impossible(message, (*route, "ranks_per_gpu", each.job_type, "ranks"), "write 1 or more")
    for mode, _ in policy.mode_cpus:
        if mode not in profile.modes:
            where = (*route, "idle_cpus", mode)
            yield unknown(mode, profile.modes, "way to distribute ranks", where, on_key=True)


def _said(profile: Profile) -> Mapping[str, Plain]:
    """Return the preferences that the profile has itself."""
    given = profile.value.get("policy")
    return given if isinstance(given, Mapping) else {}
