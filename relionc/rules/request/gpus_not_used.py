"""GPUs for a job that cannot use any."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL304"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield an error for GPUs that no option of the job could put to use."""
    pin = job.resources.asked_gpus
    if pin is not None and not job.needs.gpu_possible:
        message = f"{job.type.name} jobs do not use GPUs with these options"
        yield Finding(code=CODE, message=message, route=pin.route, help=f"leave `{pin.route[-1]}` out")
