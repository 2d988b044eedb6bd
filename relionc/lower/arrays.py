"""Points of a sweep with the same layout → one job array, in which each task runs the script of its own point."""

from __future__ import annotations

from relionc.ir import Directive, JobArray
from relionc.lower import directives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

SCRIPT = "array.sbatch"
"""In the folder of an array's first point."""
_OF_POINT = ("job-name", "output")


def arrays(
    plans: Sequence[JobPlan], swept: Mapping[str, str], limits: Mapping[str, int], cluster: Cluster
) -> tuple[JobArray, ...]:
    """Return the arrays of a spec, in the order of their first points.

    Points of one job are tasks of one array if Slurm is asked the same for each and each waits for the same jobs. Where
    only one is like that, or a job has groups of unlike nodes, which no array may have, they stay jobs of their own.
    `swept` has the job that each point is one of, `limits` how many of its points may run at once.
    """
    if cluster.scheduler != "slurm":
        return ()
    alike: dict[tuple[str, tuple[str, ...], tuple[Directive, ...]], list[JobPlan]] = {}
    for plan in plans:
        job = swept.get(plan.job.name)
        if job is not None and not plan.job.table and not plan.job.interactive and len(plan.groups) == 1:
            asked = _asked(plan, cluster)
            alike.setdefault((job, plan.job.after, asked), []).append(plan)
    return tuple(
        _array(group, job, limits.get(job), cluster) for (job, *_), group in alike.items() if len(group) > 1
    )


def _asked(plan: JobPlan, cluster: Cluster) -> tuple[Directive, ...]:
    """Return what Slurm is asked for a point, without what names it."""
    log = _log(plan.job.name, "%j")
    return tuple(
        each
        for each in directives.batch(plan, cluster)
        if each.name not in _OF_POINT or each.value not in log
    )


def _log(name: str, number: str) -> tuple[str, str]:
    return name, f"{name}-{number}.out"


def named_by_job(given: Sequence[Directive], of_point: str, job: str) -> Iterator[Directive]:
    """Yield directives in which what names a point, by itself, names the job whose points are tasks of an array."""
    ours = dict(zip(_OF_POINT, _log(job, "%A_%a"), strict=True))
    before = _log(of_point, "%j")
    for each in given:
        yield each._replace(value=ours[each.name]) if each.name in ours and each.value in before else each


def _array(plans: Sequence[JobPlan], job: str, limit: int | None, cluster: Cluster) -> JobArray:
    first = plans[0]
    tasks = f"0-{len(plans) - 1}" + (f"%{limit}" if limit else "")
    asked = named_by_job(directives.batch(first, cluster), first.job.name, job)
    return JobArray(
        job=job,
        script=f"{first.job.name}/{SCRIPT}",
        points=tuple(plan.job.name for plan in plans),
        directives=(*asked, Directive("array", tasks)),
        limit=limit,
    )


def in_plan(found: Sequence[JobArray]) -> Mapping[str, Mapping[str, object]]:
    """Return what plan.json says of the array of each point."""
    return {
        name: {"job": each.job, "script": each.script, "task": task, "limit": each.limit}
        for each in found
        for task, name in enumerate(each.points)
    }
