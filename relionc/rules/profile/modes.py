"""The ways to distribute ranks that a profile allows."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.rules.findings import CONTRADICTION, IMPOSSIBLE, TWICE, impossible, twice
from relionc.site.meant import UNKNOWN_NAME, unknown
from relionc.site.uses import use_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Profile

CODES = (TWICE, UNKNOWN_NAME, CONTRADICTION, IMPOSSIBLE)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the list."""
    cluster = profile.cluster
    yield from twice(cluster.modes, ("modes",))
    for index, mode in enumerate(cluster.modes):
        if mode not in profile.modes:
            yield unknown(mode, profile.modes, "way to distribute ranks", ("modes", index))
        elif use_of(use := mode.replace("-", "_")).of_mode and use not in cluster.launchers:
            message = f"`modes` has {mode}, but no launcher says how to start it"
            advice = f"add `launchers: {{{use}: …}}`"
            yield Finding(code=CONTRADICTION, message=message, route=("modes", index), help=advice)
    if not cluster.modes:
        yield impossible(
            "no way to distribute ranks is left", ("modes",), "leave `modes` out for the usual ones"
        )
