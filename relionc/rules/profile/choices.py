"""A word of a profile that is none of those to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.site.meant import UNKNOWN_NAME, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Profile

CODES = (UNKNOWN_NAME,)
_CHOICES: dict[str, tuple[str, ...]] = {
    "scheduler": ("slurm", "none"),
    "memory_flag": ("per_cpu", "per_node", "either"),
}


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error for each word that means nothing."""
    cluster = profile.cluster
    for key, choices in _CHOICES.items():
        chosen = getattr(cluster, key)
        if chosen and chosen not in choices:
            yield unknown(chosen, choices, key.replace("_", " "), (key,))
