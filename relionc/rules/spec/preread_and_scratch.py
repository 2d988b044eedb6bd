"""Scratch asked for, and switched off again."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL504"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a warning when both are given."""
    pin = job.resources.scratch_dir
    if job.needs.preread and pin is not None and pin.value:
        yield Finding(
            code=CODE,
            severity=WARNING,
            message="RELION ignores the scratch folder when it pre-reads all particles into memory",
            route=pin.route,
            on_key=True,
            help="keep one of the two",
        )
