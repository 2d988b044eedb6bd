"""Folders in which a job would find another run, and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.lower.commands import RelionCommands
    from relionc.pipeline.run import Disk
    from relionc.plan.model import JobPlan

CODE = "RL806"
_FIRST = "000"
"""The number of the first iteration in the name of its file."""


def check(
    plans: Sequence[JobPlan],
    commands: Mapping[str, RelionCommands],
    disk: Disk,
) -> Iterator[Finding]:
    """Yield a warning for each job whose output folder holds a run that is not its own, as its guard will see it."""
    for plan in plans:
        job = plan.job
        if job.overwrite or job.is_continue or not isinstance(job.project, str):
            continue
        if _holds_another(plan, commands[job.name], plans, disk):
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"{job.output} holds another run, so `{job.name}` would stop before it begins",
                route=(*job.route, "output"),
                on_key=True,
                help="give the job another `output`, or set `overwrite: yes`, which moves that run aside",
            )


def _holds_another(plan: JobPlan, commands: RelionCommands, plans: Sequence[JobPlan], disk: Disk) -> bool:
    output = plan.job.output

    def there(path: str) -> bool:
        found = disk.look(path, str(plan.job.project))
        return found is not None and found.there

    if not there(output):
        return False
    from relionc.lower.guard import identities

    if there(f"{output}relionc/run.{identities(plans)[plan.job.name]}"):
        return False
    markers = plan.job.type.program["markers"]
    ends = (f"{output}{name}" for key, name in markers.items() if key != "abort")
    made = (path for path, _ in commands.output_nodes if path)
    return any(there(path) for path in (*ends, *made)) or _has_iterations(plan, disk)


def _has_iterations(plan: JobPlan, disk: Disk) -> bool:
    """Whether an iteration lies there: the first one, or another where people have deleted those before."""
    first = str(plan.job.type.program["resume"]["from"])
    begin, _, end = first.partition(_FIRST)
    found = disk.look(f"{plan.job.output}{first}", str(plan.job.project))
    if found is None or found.there:
        return found is not None
    return any(name.startswith(begin) and name.endswith(end) for name in found.names)
