"""A job as RELION's project knows it: its row, the files that it reads and makes, and which belong to which.

Only a job that writes to a numbered folder (`Class3D/job025/`) can be one of a project.
"""

from __future__ import annotations

import re

from relionc.catalog.pipelines import pipelines
from relionc.ir import TableOfProject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.pipelines import Style
    from relionc.ir import JobFile
    from relionc.lower.script import JobCommands
    from relionc.plan.model import JobPlan


def project_job(plan: JobPlan, commands: JobCommands, job_file: JobFile) -> tuple[TableOfProject, ...]:
    """Return the tables of a job for its project; none where it is no job of one."""
    names, output = pipelines().project, plan.job.output
    found = re.match(names.folder, output)
    if found is None or not plan.job.in_project or job_file.style != names.job_file:
        return ()
    style = names.styles[not job_file.job_type.isdigit()]
    general = TableOfProject(
        names.general["table"], (names.general["counter"],), ((str(int(found["number"]) + 1),),), is_list=True
    )
    inputs, outputs = _files(commands.input_nodes), _files(commands.output_nodes)
    return (
        general,
        _processes(plan, job_file, style),
        _nodes([*inputs, *outputs], style),
        _edges("inputs", [(path, output) for path, _ in inputs]),
        _edges("outputs", [(output, path) for path, _ in outputs]),
    )


def _files(nodes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the nodes whose path is known now, each once, with their types."""
    known = pipelines()
    kept = {
        path: kind for path, kind in reversed(nodes) if path and path != known.no_alias and "$" not in path
    }
    return list(reversed(kept.items()))


def _processes(plan: JobPlan, job_file: JobFile, style: Style) -> TableOfProject:
    known, names = pipelines(), pipelines().pipeline["processes"]
    alias = f"{plan.job.output.partition('/')[0]}/{plan.job.name}/"
    if plan.job.name.startswith(known.project.not_in_aliases):
        alias = known.no_alias
    columns = (names["name"], names["alias"], style.type, style.status)
    row = (plan.job.output, alias, job_file.job_type, style.scheduled)
    return TableOfProject(names["table"], columns, (row,))


def _nodes(nodes: Sequence[tuple[str, str]], style: Style) -> TableOfProject:
    names = pipelines().pipeline["nodes"]
    rows = ((path, kind, *style.more.values()) for path, kind in dict(nodes).items())
    return TableOfProject(names["table"], (names["name"], style.node_type, *style.more), tuple(rows))


def _edges(kind: str, rows: Sequence[tuple[str, str]]) -> TableOfProject:
    names = pipelines().pipeline[kind]
    return TableOfProject(names["table"], tuple(_columns(kind)), tuple(rows))


def _columns(kind: str) -> Iterator[str]:
    """Yield the columns of a table of edges, in the order in which RELION has them."""
    names = pipelines().pipeline[kind]
    yield from (names["node"], names["process"]) if kind == "inputs" else (names["process"], names["node"])
