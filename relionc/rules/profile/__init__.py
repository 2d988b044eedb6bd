"""Rules over a cluster profile: names that exist, possible amounts, working launchers."""

from __future__ import annotations

from itertools import islice

from relionc.rules.profile import (
    choices,
    dates,
    directives,
    launchers,
    modes,
    node_types,
    partitions,
    policy,
    programs,
    repeated_text,
    scratch,
    sources,
    unused,
    versions,
    within,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.site.types import Profile

    class ProfileRule(Protocol):
        """A rule of this stage. Its codes are those of a kind of mistake, which several parts of a profile can have."""

        @property
        def CODES(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
            """The codes of what it finds."""

        def check(self, profile: Profile, /) -> Iterable[Finding]:
            """Return what is wrong with a part of a profile."""


MOST_FINDINGS = 5000
"""Findings after which no more are looked for: a profile may have a hundred thousand, and a hundred are shown."""
RULES: tuple[ProfileRule, ...] = (
    choices,
    modes,
    node_types,
    partitions,
    unused,
    launchers,
    within,
    programs,
    scratch,
    policy,
    versions,
    sources,
    dates,
    directives,
    repeated_text,
)


def check(profile: Profile) -> list[Finding]:
    """Return what a profile gets wrong beyond its shape; not all of it, where no more would be shown."""
    return list(islice((finding for rule in RULES for finding in rule.check(profile)), MOST_FINDINGS))
