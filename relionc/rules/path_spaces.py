"""A path with a blank in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding
from relionc.expr.refs import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL110"
TITLE = "a file name with a blank"
WHY = "RELION puts most file names into its command without quotes, so the shell makes two arguments of one."
BAD = "{type: class3d, options: {fn_img: my particles.star, fn_ref: ref.mrc}}"
GOOD = "{type: class3d, options: {fn_img: my_particles.star, fn_ref: ref.mrc}}"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each given file option with a blank inside."""
    for key, route in job.given.items():
        option = job.type.options.get(key)
        if option is not None and option.kind in ("file", "node") and " " in show(job.options[key]).strip():
            yield Finding(
                code=CODE,
                message=f"`{key}` has a blank: RELION would take `{show(job.options[key]).split()[0]}` and go on",
                route=route,
                help="rename the file, or make a symbolic link without blanks",
            )
