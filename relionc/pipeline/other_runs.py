"""Folders in which a job would find another run, and stop."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
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
    known = _Identities(plans)
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
        if _holds_another(plan, commands, known, disk):
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


class _Identities:
    """What tells the run of each job from others, worked out once, when somebody asks."""

    def __init__(self, plans: Sequence[JobPlan]) -> None:
        self._plans = plans
        self._known: dict[str, str] = {}

    def of(self, plan: JobPlan) -> str:
        """Return what tells the run of a job."""
        from relionc.lower.guard import identities

        self._known = self._known or identities(self._plans)
        return self._known[plan.job.name]


def file_in_its_place(output: str, project: AnyText, disk: Disk) -> str:
    """Return the file that has the name of the output folder, or of one above it; nothing where none has."""
    if not isinstance(project, str):
        return ""
    parts = output.strip("/").split("/")
    there, gone = 0, len(parts) + 1  # so many parts are a path that is there, and so many are none
    while gone - there > 1:
        middle = (there + gone) // 2
        if _is_there(disk, "/".join(parts[:middle]), project):
            there = middle
        else:
            gone = middle
    path = "/".join(parts[:there])
    inside = disk.look(f"{path}/", project) if path else None
    return path if inside is not None and not inside.there else ""


def _folder_of_results(plan: JobPlan, disk: Disk) -> str:
    """Return a folder of results of a job that does not iterate, and puts those of each micrograph into folders."""
    job = plan.job
    found = disk.look(job.output, str(job.project)) if job.type.traits.resume == _UNFINISHED else None
    names = found.names if found and found.there else ()
    if _OWN in names:  # the job's, or it is told above
        return ""
    folders = (name for name in names if _is_there(disk, f"{job.output}{name}/", str(job.project)))
    return next(folders, "")


def _is_there(disk: Disk, path: str, project: str) -> bool:
    """Whether there is such a file, or folder where the path ends in a slash."""
    found = disk.look(path, project)
    return found is not None and found.there


def _holds_another(
    plan: JobPlan, commands: Mapping[str, RelionCommands], known: _Identities, disk: Disk
) -> bool:
    output = plan.job.output

    def there(path: str) -> bool:
        found = disk.look(path, str(plan.job.project))
        return found is not None and found.there

    if not there(output):
        return False
    if there(f"{output}relionc/run.{known.of(plan)}"):
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
