"""Folders in which a job would find another run, and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.expr import AnyText
    from relionc.lower.commands import RelionCommands
    from relionc.pipeline.run import Disk
    from relionc.plan.model import JobPlan

CODE, IS_FILE = "RL806", "RL807"
_UNFINISHED = "unfinished"
_OWN = "relionc"
"""The folder in which a job's script keeps what it has to know."""
_FIRST = "000"
"""The number of the first iteration in the name of its file."""


def check(
    plans: Sequence[JobPlan],
    commands: Mapping[str, RelionCommands],
    disk: Disk,
) -> Iterator[Finding]:
    """Yield a finding for each job whose output folder cannot be made, or holds another run, as its guard sees it."""
    for plan in plans:
        job = plan.job
        file = file_in_its_place(job.output, job.project, disk)
        if file:
            yield Finding(
                code=IS_FILE,
                message=f"{job.output} cannot be made, so `{job.name}` would stop before it begins: {file} is a file",
                route=(*job.route, "output"),
                on_key=True,
                help="give the job another `output`, or move the file",
            )
        if file or job.overwrite or job.is_continue or not isinstance(job.project, str):
            continue
        if _holds_another(plan, commands, plans, disk):
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"{job.output} holds another run, so `{job.name}` would stop before it begins",
                route=(*job.route, "output"),
                on_key=True,
                help="give the job another `output`, or set `overwrite: yes`, which moves that run aside",
            )
        elif held := _folder_of_results(plan, disk):
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"{job.output} holds {held}/ of a run without a mark of its end: `{job.name}` writes into it",
                route=(*job.route, "output"),
                on_key=True,
                help="give the job another `output`, or move the folder aside",
            )


def file_in_its_place(output: str, project: AnyText, disk: Disk) -> str:
    """Return the file that has the name of the output folder, or of one above it; nothing where none has."""
    if not isinstance(project, str):
        return ""
    parts = output.strip("/").split("/")
    for number in range(1, len(parts) + 1):
        path = "/".join(parts[:number])
        found = disk.look(path, project)
        if found is None or not found.there:
            return ""
        inside = disk.look(f"{path}/", project)
        if inside is not None and not inside.there:
            return path
    return ""


def _folder_of_results(plan: JobPlan, disk: Disk) -> str:
    """Return a folder of results of a job that does not iterate, and puts those of each micrograph into folders."""
    job = plan.job
    found = disk.look(job.output, str(job.project)) if job.type.traits.resume == _UNFINISHED else None
    names = found.names if found and found.there else ()
    if _OWN in names:  # the job's, or it is told above
        return ""
    folders = (name for name in names if _is_folder(disk, f"{job.output}{name}/", str(job.project)))
    return next(folders, "")


def _is_folder(disk: Disk, path: str, project: str) -> bool:
    """Whether there is such a folder."""
    found = disk.look(path, project)
    return found is not None and found.there


def _holds_another(
    plan: JobPlan, commands: Mapping[str, RelionCommands], plans: Sequence[JobPlan], disk: Disk
) -> bool:
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
    made = (path for path, _ in commands[plan.job.name].output_nodes if path)
    return any(there(path) for path in (*ends, *made)) or _has_iterations(plan, disk)


def _has_iterations(plan: JobPlan, disk: Disk) -> bool:
    """Whether an iteration lies there: the first one, or another where people have deleted those before."""
    first = str(plan.job.type.program["resume"]["from"])
    begin, _, end = first.partition(_FIRST)
    found = disk.look(f"{plan.job.output}{first}", str(plan.job.project))
    if found is None or found.there:
        return found is not None
    return any(name.startswith(begin) and name.endswith(end) for name in found.names)
