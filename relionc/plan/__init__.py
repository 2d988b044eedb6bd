"""Demand and site → Problem; Solution → JobPlan; Conflict → Findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import ERROR
from relionc.plan.asked import Asked
from relionc.plan.check import afterwards, wishes
from relionc.plan.demand import demand_of
from relionc.plan.job_plan import job_plan
from relionc.plan.layout import layout_of
from relionc.plan.problem import problem
from relionc.solve import Conflict, Solution, search

if TYPE_CHECKING:
    from collections.abc import Hashable

    from relionc.diag import Finding
    from relionc.plan.demand import Demand
    from relionc.plan.model import JobPlan, Reason
    from relionc.site.types import Cluster
    from relionc.solve import Problem
    from relionc.spec.model import ResolvedJob


def plan_job(
    job: ResolvedJob, cluster: Cluster, known: Known | None = None
) -> tuple[JobPlan | None, list[Finding]]:
    """Return the best layout of `job` on `cluster`, or why there is none. Warnings may come with a plan.

    `known` remembers the answers to demands that were made before: those of a sweep are all alike.
    """
    found = wishes(job, cluster)
    if any(finding.severity == ERROR for finding in found):
        return None, found
    known = Known() if known is None else known
    asked, answer, why = known.answer(job, cluster)
    if isinstance(answer, Conflict):
        from relionc.plan.explain import finding

        return None, [*found, finding(job, asked, answer)]
    layout = layout_of(asked, answer.values)
    if job.resources.distribution is not None:
        from relionc.plan.explain import summary
        from relionc.plan.picture import refuse_cyclic

        refused = refuse_cyclic(job, asked, layout, summary(asked, layout))
        if refused is not None:
            return None, [*found, refused]
    return job_plan(job, asked, layout, why), [*found, *afterwards(job, asked, layout)]


class Known:
    """Answers by demand. One for each compilation: it holds all that it was asked.

    `why`: also say why each answer is what it is, which takes some searches more.
    """

    def __init__(self, *, why: bool = False) -> None:
        self._why = why
        self._answers: dict[Hashable, tuple[Asked, Solution | Conflict, tuple[Reason, ...]]] = {}

    def answer(
        self, job: ResolvedJob, cluster: Cluster
    ) -> tuple[Asked, Solution | Conflict, tuple[Reason, ...]]:
        """Return a job's demand, the answer of the solver, and why it is this one."""
        demand = demand_of(job, cluster)
        key = (cluster.name, _key(job, demand))
        if key not in self._answers:
            asked = Asked(demand, cluster)
            whole = problem(asked)
            answer = _answer(whole)
            why: tuple[Reason, ...] = ()
            if self._why and isinstance(answer, Solution):
                from relionc.plan.why import reasons

                why = reasons(asked, whole, answer)
            self._answers[key] = asked, answer, why
        asked, answer, why = self._answers[key]
        return asked if asked.demand is demand else Asked(demand, cluster), answer, why


def _answer(whole: Problem) -> Solution | Conflict:
    found = search(whole)
    if isinstance(found, Solution):
        return found
    from relionc.plan.plainest import plainest_conflict

    return plainest_conflict(whole, found)


def _key(job: ResolvedJob, demand: Demand) -> Hashable:
    """Return what a demand depends on: wishes with their places, needs, and facts about the data."""
    data = tuple(fact and fact.value for fact in job.data)
    wishes = tuple((name, pin.value, pin.route[-1:]) for name, pin in demand.pins.items())
    needs = tuple(value if isinstance(value, (bool, str, int)) else repr(value) for value in job.needs)
    return job.type.name, job.type.version, wishes, needs, data, demand.interactive


__all__ = ["Known", "plan_job"]
