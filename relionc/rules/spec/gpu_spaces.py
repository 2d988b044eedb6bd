"""GPU numbers separated by blanks."""

from __future__ import annotations

from relionc.diag import Finding, Fix
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL311"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding when the device list has blanks between numbers."""
    pin = job.resources.gpu_ids
    words = show(pin.value).split() if pin is not None else []
    if pin is not None and len(words) > 1:
        meant = ":".join(words)
        yield Finding(
            code=CODE,
            message=f"`{pin.value}` is not a list of GPUs: RELION would use the first one only",
            route=pin.route,
            help=f"one GPU per rank is `{meant}`; leave it out and RELION shares them evenly",
            fixes=(Fix(f"write {meant}", pin.route, meant),),
        )
