"""The compiler: bytes of a spec → diagnostics and the files of its build. The only room that sees every other.

`relionc.pipeline.stages` has the stages in their order. Each collects all it finds. A job with an error goes no
further, the others do; nothing is lowered to files unless nothing at all was an error.
"""

from __future__ import annotations

import os

from relionc.allowance import Work
from relionc.catalog.program import Repeating, TooManyRepeats
from relionc.diag.near import Guessing
from relionc.pipeline.profile import load_profile
from relionc.pipeline.run import Compiled, Disk, QueueTemplate, Request, Run, Stop
from relionc.pipeline.size import too_many_files
from relionc.pipeline.stages import LAST, LAST_TO_FIND, STAGES, Progress, there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.plan.model import JobPlan

__all__ = [
    "LAST",
    "LAST_TO_FIND",
    "STAGES",
    "Compiled",
    "Disk",
    "QueueTemplate",
    "Request",
    "compile_spec",
    "load_profile",
]


def compile_spec(request: Request, disk: Disk, until: str = LAST) -> Compiled:
    """Return the diagnostics of a spec and, where nothing is wrong, what the stages made, to the files of its build.

    The stages after `until` are not run. Where one of them stops, nothing of the others is returned.
    """
    known = None if request.alike is None else request.alike.known(request, disk)
    if known is not None:
        return Compiled(diagnostics=(), sources={}, not_checked=known)
    run = Run(disk, request.settings)
    try:
        with Work(), Guessing(), Repeating() as repeating:
            made = _through(request, run, until, repeating)
    except Stop:
        shown = run.shown()
        return Compiled(diagnostics=shown, sources=run.lines_shown(shown))
    shown = run.shown()
    if request.alike is not None and not shown:
        request.alike.remember(request, made, disk)
    return Compiled(
        diagnostics=shown,
        sources=run.lines_shown(shown),
        tree=made.tree,
        cluster=made.cluster,
        plans=made.plans,
        files=made.files,
        inputs=_inputs(request, run) if made.files is not None else (),
        not_checked=made.not_checked,
        spec=made.spec,
        bundle=made.bundle,
    )


def _through(request: Request, run: Run, until: str, repeating: Repeating) -> Progress:
    made = Progress(request)
    for stage in STAGES:
        try:
            made = stage.run(made, run)
        except TooManyRepeats:
            run.refuse(too_many_files(), there(made.tree))
        if stage.name == until:
            break
        if stage.name == LAST_TO_FIND:
            repeating.left = float("inf")  # what is built finds nothing any more
    return made._replace(not_checked=_not_checked(made.plans))


def _not_checked(plans: Sequence[JobPlan]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for plan in plans for text in plan.why.not_checked))


def _inputs(request: Request, run: Run) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Return what the build came from, for the manifest: files by digest, data files by what they said."""
    from relionc.store.digest import of_bytes

    files = {request.path: request.data, **run.disk.files}
    found: list[tuple[str, Mapping[str, object]]] = [
        (path.rpartition("/")[2], {"sha256": of_bytes(data)}) for path, data in files.items()
    ]
    found += [(f"{setting.by} {setting.name}", {"value": setting.text}) for setting in request.settings]
    paths = [path for path, _ in run.disk.facts]
    for (path, project), facts in sorted(run.disk.facts.items()):
        if facts is not None:
            name = path if paths.count(path) == 1 else os.path.join(project, path)
            found.append((name, facts.said()))
    jobs = run.disk.jobs.named() if run.disk.jobs else {}
    found += [(f'jobs["{name}"]', dict(outputs)) for name, outputs in sorted(jobs.items())]
    return tuple(found)
