"""GPUs for a job whose options leave them idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL305"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield an error for GPUs that an option of the job would put to use."""
    pin = job.resources.asked_gpus
    if pin is not None and job.needs.gpu_possible and not job.needs.gpu:
        option = job.type.option_of_role("use_gpu")
        leave_out = f"leave `{pin.route[-1]}` out"
        text = f"set `{option.key}: yes`, or {leave_out}" if option else leave_out
        message = "GPUs are asked for, but these options leave them idle"
        yield Finding(code=CODE, message=message, route=pin.route, help=text)
