"""Jobs in which nothing was found: where many specs are looked at, one that says the same needs no other look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.pipeline.other_runs import file_in_its_place
from relionc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable

    from relionc.diag import Route
    from relionc.pipeline.run import Run
    from relionc.pipeline.stages import Progress
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

MOST_KEPT = 256
"""Jobs that are remembered, at some kilobytes each; with more of them all are forgotten."""


class _Looked(NamedTuple):
    cluster: Cluster  # kept, so that no other takes its identity
    not_checked: tuple[str, ...]


class Alike:
    """What was not checked of jobs in which nothing was found after their spec was resolved, by all that they say.

    For calls whose options are the same for every spec. Only specs of one job are compared: those of several have
    limits for all jobs together.
    """

    def __init__(self) -> None:
        self._looked: dict[Hashable, _Looked] = {}

    def known(self, made: Progress, run: Run) -> tuple[str, ...] | None:
        """Return what is not checked of a resolved spec in which nothing more can be found; None where that is open."""
        key = _key(made)
        looked = None if key is None or run.diagnostics.failed else self._looked.get(key)
        if looked is None or made.spec is None:
            return None
        (job,) = made.spec.jobs
        there = run.disk.look(job.output, str(job.project))  # a run in it may be another job's
        if file_in_its_place(job.output, job.project, run.disk):
            return None
        return None if there is None or there.there else looked.not_checked

    def remember(self, made: Progress, not_checked: tuple[str, ...]) -> None:
        """Remember a spec in which nothing was found after it was resolved."""
        key = _key(made)
        if key is not None and made.cluster is not None:
            if len(self._looked) >= MOST_KEPT:
                self._looked.clear()
            self._looked[key] = _Looked(made.cluster, not_checked)


def _key(made: Progress) -> Hashable | None:
    """Return all that later stages may look at, but the name of the job and lines; None where that is not enough."""
    if made.spec is None or len(made.spec.jobs) != 1 or made.spec.points.named or made.left_out:
        return None
    (job,) = made.spec.jobs
    if job.after or any(each.file or each.made for each in job.inputs.values()):
        return None
    usual = job.output == f"{job.type.job_dir}/{job.name}/"
    return (
        id(made.cluster),
        (job.type.name, job.type.version),
        tuple(job.options.items()),
        tuple((name, _place(route)) for name, route in job.given.items()),
        "" if usual else job.output,
        (job.is_continue, job.interactive, job.restart, job.overwrite),
        tuple(
            None if pin is None else (pin.value, _place(pin.route)) for pin in (*job.resources, job.layout)
        ),
        _facts(job),
        (job.slurm, job.project),
        tuple((name, each.found) for name, each in job.inputs.items()),
    )


def _facts(job: ResolvedJob) -> Hashable:
    return tuple(
        None if fact is None else (fact.value, fact.origin, fact.at_most, fact.route is None)
        for fact in job.data
    )


def _place(route: Route) -> Route:
    """Return a route without the name of the job."""
    return (route[0], *route[2:])
