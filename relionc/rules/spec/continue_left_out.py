"""A file to continue from, in a job that begins anew."""

from __future__ import annotations

from relionc.diag import WARNING, Finding, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL134"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a warning when the user names the file and the job does not continue."""
    option = job.type.option_of_role("continue_from")
    if option is None or job.is_continue or option.key not in job.given or not job.options[option.key]:
        return
    yield Finding(
        code=CODE,
        severity=WARNING,
        message=f"`{option.key}` does nothing: this job begins anew",
        route=job.given[option.key],
        on_key=True,
        help=f"set `continue: yes` beside `options`, or leave `{option.key}` out",
        why="RELION looks at it only when a run is continued; this one would begin at the first iteration.",
        fixes=(Fix("continue the run", (*job.route, "continue"), "yes"),),
    )
