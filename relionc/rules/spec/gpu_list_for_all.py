"""One list of GPUs for every rank."""

from __future__ import annotations

from relionc.diag import WARNING, Finding, Fix
from relionc.expr import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL312"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a warning for a list that only separates threads while there is more than one rank."""
    pin = job.resources.gpu_ids
    if pin is None or isinstance(pin.value, Text) or not job.needs.leader:
        return
    if "," not in pin.value or ":" in pin.value:
        return
    alone = job.resources.ntasks is not None and job.resources.ntasks.value <= 2
    if not alone:
        meant = pin.value.replace(",", ":")
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"`{pin.value}` makes every rank use all of these GPUs",
            route=pin.route,
            help=f"one GPU per rank is `{meant}`; leave it out and RELION shares them evenly",
            fixes=(Fix(f"write {meant}", pin.route, meant),),
        )
