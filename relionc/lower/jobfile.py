"""From a job's options to RELION's own job file: what its window and its pipeliner open."""

from __future__ import annotations

from relionc.expr.refs import show
from relionc.ir import JobFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog.types import JobType
    from relionc.expr.refs import AnyText


def job_file(job_type: JobType, options: Mapping[str, AnyText], *, is_continue: bool) -> JobFile:
    """Return the job file of a job. `options` is RELION's text by name; what it leaves out has its default.

    `job.star` names the options, `run.job` has their labels; both are in the order of the names.
    """
    by_label = job_type.job_file == "run.job"
    values = (
        (option.label if by_label else key, show(options.get(key, option.default)))
        for key, option in sorted(job_type.options.items())
    )
    return JobFile(
        style=job_type.job_file,
        job_type=job_type.type_id,
        is_continue=is_continue,
        is_tomo=job_type.is_tomo,
        values=tuple(values),
        star_version=job_type.program["star_version"],
    )
