"""Scratch asked for, and switched off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL504"
TITLE = "pre-reading switches the scratch folder off"
WHY = "With pre-reading, RELION ignores the scratch folder without a word (ml_optimiser.cpp; pipeline_jobs.cpp)."
BAD = "{type: class3d, options: {fn_img: a.star, fn_ref: b.mrc, do_preread_images: yes, scratch_dir: /s/x}}"
GOOD = "{type: class3d, options: {fn_img: a.star, fn_ref: b.mrc, do_preread_images: yes}}"


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
