"""Points of a sweep in a table → one script for all of them, a job array in which each task takes its row.

The script is that of a job like any other, made with references in the place of the values of a point, and with a mark
in the place of its folder that becomes one: no text of a user can hold a control character.
"""

from __future__ import annotations

from relionc.ir import Directive, PointTable, ShellRef
from relionc.lower.arrays import named_by_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from relionc.ir import JobArtifacts, Submission, Word
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

    Value = TypeVar("Value")


NAME = "points.tsv"
"""The file of a table, beside the script."""
MOST_TASKS = 1_000
"""The most tasks of an array where the profile does not say: Slurm's MaxArraySize is 1001 if a site has not set it."""
_MARK = "\x1f"
_POINT = ShellRef("point")


def of_any_point(plan: JobPlan, options: dict[str, Any]) -> JobPlan:
    """Return the plan of whichever point of a table, with options that refer to its values."""
    return plan._replace(job=plan.job._replace(options=options, output=f"{plan.job.type.job_dir}/{_MARK}/"))


def most_tasks(cluster: Cluster) -> int:
    """Return how many tasks an array may have on a cluster."""
    return cluster.max_array_size or MOST_TASKS


def in_table(made: JobArtifacts, plan: JobPlan, cluster: Cluster) -> JobArtifacts:
    """Return what is written for a table, from what would be for whichever of its points."""
    table = plan.job.table
    if table is None:
        return made
    script = _with_point(made.script)
    tasks = min(len(table.names), most_tasks(cluster))
    array = Directive("array", f"0-{tasks - 1}" + (f"%{table.limit}" if table.limit else ""))
    facts = dict(script.guard.facts)
    identity: Word = facts["identity"]
    for column in table.columns:
        identity = (*identity, "-", ShellRef(column.variable))
    facts |= {
        "job": (_POINT,),
        "identity": identity,
        "points": (plan.job.name,),
        "first": (ShellRef("first"),),
    }
    return made._replace(
        script=script._replace(
            directives=(*named_by_job(script.directives, plan.job.name, plan.job.name), array),
            guard=script.guard._replace(facts=tuple(facts.items())),
        ),
        commands=_with_point(made.commands),
        table=PointTable(
            path=f"{plan.job.name}/{NAME}",
            columns=tuple((column.axis, column.variable) for column in table.columns),
            names=table.names,
            rows=table.rows,
        ),
    )


def submission(each: Submission, plan: JobPlan, cluster: Cluster) -> Submission:
    """Return how a job is submitted: one with a table in arrays of so many tasks."""
    table = plan.job.table
    if table is None:
        return each
    return each._replace(
        output_dir=_with_point(each.output_dir),
        table=f"{each.job}/{NAME}",
        points=len(table.names),
        tasks=most_tasks(cluster),
        limit=table.limit if isinstance(table.limit, int) else None,
    )


def in_plan(plan: JobPlan, cluster: Cluster) -> dict[str, object]:
    """Return what plan.json says of the arrays of a table."""
    table = plan.job.table
    script, path = (f"{plan.job.name}/{name}" for name in ("run.sbatch", NAME))
    return {
        "job": plan.job.name,
        "script": script,
        "table": path,
        "points": len(table.names) if table else 0,
        "tasks": most_tasks(cluster),
        "limit": table.limit if table else None,
    }


def _with_point(value: Value) -> Value:
    """Return a value with a reference to the name of the point in each word that has the mark."""
    if not isinstance(value, tuple):
        if isinstance(value, str) and _MARK in value:
            raise AssertionError(f"the folder of a point is in a text that is no word: {value!r}")
        return value
    if hasattr(value, "_fields"):
        return type(value)._make(map(_with_point, value))  # type: ignore[attr-defined,no-any-return]
    if any(isinstance(part, str) and _MARK in part for part in value):
        return tuple(_parts(value))  # type: ignore[return-value]
    return tuple(map(_with_point, value))  # type: ignore[return-value]


def _parts(word: Word) -> Any:
    for part in word:
        if not isinstance(part, str):
            yield part
            continue
        first, *more = part.split(_MARK)
        yield from (first,) if first else ()
        for text in more:
            yield _POINT
            yield from (text,) if text else ()
