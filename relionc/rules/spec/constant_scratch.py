"""A scratch folder that two jobs could share."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.expr import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL503"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning for a folder without any reference to the job, where jobs can share nodes."""
    pin = job.resources.scratch_dir
    if pin is None or not pin.value or cluster.scheduler != "slurm" or isinstance(pin.value, Text):
        return
    if job.resources.exclusive is not None and job.resources.exclusive.value:
        return
    yield Finding(
        code=CODE,
        severity=WARNING,
        message=f"another job on the node may use `{pin.value}` too, and then one destroys the other's particles",
        route=pin.route,
        help=f"write {pin.value.rstrip('/')}/${{{{ env.SLURM_JOB_ID }}}}",
    )
