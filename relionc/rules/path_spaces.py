"""A path with a blank in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL110"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each given file option with a blank inside."""
    for key, route in job.given.items():
        option = job.type.options.get(key)
        if option is not None and option.kind in ("file", "node") and " " in job.options[key].strip():
            yield Finding(
                code=CODE,
                message=f"`{key}` has a blank: RELION would take `{job.options[key].split()[0]}` and go on",
                route=route,
                help="rename the file, or make a symbolic link without blanks",
            )
