"""GPUs for a job whose options leave them idle."""

from __future__ import annotations

from relionc import catalog
from relionc.diag import Finding

TYPE_CHECKING = False
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
        if option is not None and job.options[option.key] == "Yes":
            yield from _refused(job, option.key)
            return
        leave_out = f"leave `{pin.route[-1]}` out"
        text = f"set `{option.key}: yes`, or {leave_out}" if option else leave_out
        message = "GPUs are asked for, but these options leave them idle"
        yield Finding(code=CODE, message=message, route=pin.route, help=text)


def _refused(job: ResolvedJob, option: str) -> Iterator[Finding]:
    """Yield why RELION refuses an option that is set as it should be, in the words of the catalogue."""
    refusals = catalog.refusals(job.type, job.options, output=job.output, is_continue=job.is_continue)
    route = job.given.get(option)
    for each in refusals:
        if each.option == option:
            place = route or (*job.route, "options")
            yield Finding(
                code=each.code, message=each.message, route=place, on_key=route is None, help=each.help
            )
