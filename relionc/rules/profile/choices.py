"""A word of a profile that is none of those to choose from."""

from __future__ import annotations

from operator import attrgetter

from relionc.site.meant import UNKNOWN_NAME, unknown
from relionc.site.types import GPU_FLAGS, MEMORY_FLAGS, REQUIRED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Profile

CODES = (UNKNOWN_NAME,)
_CHOICES: dict[str, tuple[str, ...]] = {
    "scheduler": ("slurm", "none"),
    "memory_flag": MEMORY_FLAGS,
    "gpu_flag": GPU_FLAGS,
    "relion.precision": ("double", "single"),
}
_LISTS: dict[str, tuple[str, ...]] = {"require": REQUIRED}


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error for each word that means nothing."""
    cluster = profile.cluster
    for key, choices in _CHOICES.items():
        chosen = attrgetter(key)(cluster)
        if chosen and chosen not in choices:
            route = tuple(key.split("."))
            yield unknown(chosen, choices, route[-1].replace("_", " "), route)
    for key, choices in _LISTS.items():
        for index, chosen in enumerate(getattr(cluster, key)):
            if chosen not in choices:
                yield unknown(chosen, choices, "thing to require", (key, index))
