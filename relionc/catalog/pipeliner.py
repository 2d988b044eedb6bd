"""How a RELION's own pipeline is asked from outside (`data/pipeliner.yaml`)."""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.compiled import frozen, part
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class PipelinerFacts(NamedTuple):
    """The words of its calls, the files that it reads and leaves, and what in them is looked for.

    `release` is a pattern of what it prints for `version`, `labels` one of names of job types in the program.
    """

    program: str
    version: tuple[str, ...]
    release: str
    add: tuple[str, ...]
    queued: Mapping[str, str]
    template: str
    template_file: str
    script: str
    pipeline: str
    table: str
    lock: str
    environment: str
    labels: str
    unknown_type: str


@lru_cache(maxsize=1)
def load_pipeliner() -> PipelinerFacts:
    """Return what is known of RELION's pipeliner."""
    return PipelinerFacts(**frozen(part("pipeliner")))
