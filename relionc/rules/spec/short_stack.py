"""A stack of particles with fewer images than the STAR file names."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL153"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield an error for the first stack that lacks images, a warning for the first that cannot be read."""
    for key, each in job.inputs.items():
        if each.file is None or each.made:
            continue
        route = job.given.get(key, job.route)
        gone = [stack.path for stack in each.file.short if not stack.holds]
        short = [stack for stack in each.file.short if stack.holds]
        if short:
            more = f", and {len(short) - 1} more stacks have too few" if short[1:] else ""
            message = f"{each.path} names image {short[0].named:,} of {short[0].path}, "
            message += f"which has {short[0].holds:,}{more}"
            yield Finding(
                CODE, message, route, help="RELION stops when it comes to that image; make the stack again"
            )
        if gone:
            more = f", nor are {len(gone) - 1} more of those looked at" if gone[1:] else ""
            message = f"{each.path} names images of {gone[0]}, which is not there or not whole{more}"
            yield Finding(CODE, message, route, severity=WARNING)
