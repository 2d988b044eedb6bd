"""Demand and site → Problem; Solution → JobPlan; Conflict → Findings."""

from __future__ import annotations

from relionc.allowance import Work
from relionc.diag import Finding
from relionc.plan.check import afterwards
from relionc.plan.demand import demand_of
from relionc.plan.job_plan import job_plan
from relionc.plan.layout import layout_of
from relionc.plan.on_site import DemandOnSite
from relionc.plan.problem import problem
from relionc.solve import Conflict, Effort, Solution, TooHard, best, search, spend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand
    from relionc.plan.layout import Layout
    from relionc.plan.model import JobPlan, Reason
    from relionc.site.types import Cluster
    from relionc.solve import Problem
    from relionc.solve.search import Refutation
    from relionc.solve.trace import Trace
    from relionc.spec.model import ResolvedJob

SEARCH_VISITS = 130_000
"""What all layouts of a spec and all explanations together may take to find: those of later jobs are shorter."""
ANSWER_VISITS, OF_A_JOB = 90_000, 40
"""How much of it the layouts alone may take; each job takes as long as so many visits even if its layout is known."""
_KINDS_PER_VISIT = 6
"""Kinds of nodes that the constraint of a job is told apart from in about the time of a visit."""
_KEPT_FOR_A_JOB = 90
"""What is kept for a job that is still to come, before reasons are looked for."""
OTHER_VISITS = 12_000
"""How much of it layouts may take that are only talked about: a thousand jobs may each have forgotten its GPUs."""
_OF_VISIT = 14_000
"""Units of work that a visit takes."""
FEW_NODES = 2
"""Nodes without GPUs that nobody wonders about, for a job that is not much slower there."""
MOST_RANKS = 1 << 17
"""The most MPI ranks that all jobs of a spec may have together: a plan lists every one."""


def plan_job(
    job: ResolvedJob, cluster: Cluster, known: Known | None = None
) -> tuple[JobPlan | None, list[Finding]]:
    """Return the best layout of `job` on `cluster`, or why there is none. Warnings may come with a plan.

    What the cluster cannot know how to meet, `rules.request` has refused before. `known` remembers the answers to
    demands that were made before: those of a sweep are all alike.
    """
    known = Known() if known is None else known
    on_gpus = None if cluster.scheduler == "slurm" else _on_own_gpus(job, cluster, known)
    return on_gpus or _planned(job, cluster, known)


def _on_own_gpus(
    job: ResolvedJob, cluster: Cluster, known: Known
) -> tuple[JobPlan | None, list[Finding]] | None:
    """Return the plan of a job on the GPUs of a workstation that nobody has asked for, where there is one.

    They are there and cost nothing; in a queue they are dear, and RL316 speaks of them (docs/decisions/0019).
    """
    has_gpus = any(node.gpus for node in cluster.node_types.values())
    if not has_gpus or job.needs.gpu or not job.needs.gpu_possible:
        return None
    from relionc.plan.on_cpus import with_gpus

    changed = with_gpus(job)
    if changed is None:
        return None
    try:
        _, answer, _ = known.answer(changed, cluster)
    except TooHard:
        return None
    return None if isinstance(answer, Conflict) else _planned(changed, cluster, known)


def _planned(job: ResolvedJob, cluster: Cluster, known: Known) -> tuple[JobPlan | None, list[Finding]]:
    try:
        on_site, answer, why = known.answer(job, cluster)
    except TooHard:
        return None, [_too_hard(job)]
    if isinstance(answer, Conflict):
        return None, [_refusal(job, on_site, answer, known)]
    layout = layout_of(answer.choice)
    if cluster.policy.ranks_per_gpu:
        from relionc.plan.shared_gpus import with_policy

        job, on_site, layout, why = with_policy(job, cluster, known, (on_site, layout, why))
    known.ranks_left -= layout.ntasks
    if known.ranks_left < 0:
        return None, [_too_many_ranks(job, layout.ntasks)]
    if job.resources.distribution is not None:
        from relionc.plan.explain import summary
        from relionc.plan.picture import refuse_cyclic

        refused = refuse_cyclic(job, on_site, layout, summary(layout))
        if refused is not None:
            return None, [refused]
    return job_plan(job, on_site, layout, why), [
        *afterwards(job, on_site, layout),
        *_without_gpus(job, cluster, layout, known),
    ]


def _without_gpus(job: ResolvedJob, cluster: Cluster, layout: Layout, known: Known) -> list[Finding]:
    """Return a warning where a job that could use GPUs has none, as nobody has asked for any."""
    if (
        job.needs.gpu
        or not job.needs.gpu_possible
        or not (layout.nodes > FEW_NODES or job.needs.slow_without_gpu)
    ):
        return []
    from relionc.plan.on_cpus import forgotten_gpus

    return forgotten_gpus(job, cluster, layout, known.other_layout)


def _refusal(job: ResolvedJob, on_site: DemandOnSite, conflict: Conflict, known: Known) -> Finding:
    """Return why a job has no layout; no more than that where nobody would read more."""
    if known.unheard:
        message = f"there is no layout for `{job.name}`"
        return Finding(code="RL605", message=message, route=job.route, on_key=True)
    from relionc.plan.explain import finding

    with known.explaining() as effort:
        told = finding(job, on_site, conflict)
        return _cut_short(told) if effort.left < 0 else told


def _cut_short(told: Finding) -> Finding:
    """Return a refusal whose explanation was given up: it is right, but perhaps not the plainest that there is."""
    more = "a plainer reason, and what would fit, take too long to find: leave more of the job open, and look again"
    return told._replace(help="\n".join(filter(None, (told.help, more))))


def _too_hard(job: ResolvedJob) -> Finding:
    return Finding(
        code="RL031",
        message=f"the layout of `{job.name}` takes too long to decide",
        route=job.route,
        on_key=True,
        help="pin more of it (`partition`, `layout`, `nodes`, `cpus_per_task`), ask for fewer GPUs or ranks, "
        "or split the spec",
    )


def _too_many_ranks(job: ResolvedJob, ranks: int) -> Finding:
    pin = job.resources.ntasks
    return Finding(
        code="RL032",
        message=f"with the {ranks:,} MPI ranks of `{job.name}` the spec has too many; "
        f"all its jobs may have {MOST_RANKS:,} together",
        route=pin.route if pin else job.route,
        on_key=pin is None,
        help="ask for fewer ranks, or split the spec",
    )


class Known:
    """Answers by demand. One for each compilation: it holds all that it was asked, and how much may still be.

    `why`: also say why each answer is what it is, which takes some searches more. `trace` is told of every search for a
    layout, below the name of the first job that asks for it. `jobs` of them will ask, as far as is known.
    """

    def __init__(self, *, why: bool = False, trace: Trace | None = None, jobs: int = 1) -> None:
        self._why = why
        self._to_come = jobs
        self._trace = trace
        self.answers = Effort(Work.at_most(ANSWER_VISITS, _OF_VISIT))
        self.reasons = Effort(Work.at_most(SEARCH_VISITS, _OF_VISIT))
        self.others = Effort(OTHER_VISITS)
        self.ranks_left = MOST_RANKS
        self.unheard = False  # a further refusal is only counted: why would not be shown
        self._answers: dict[
            Hashable, tuple[DemandOnSite, Solution[Choice] | Conflict, tuple[Reason, ...]]
        ] = {}
        self._others: dict[Hashable, Layout | None] = {}

    def answer(
        self, job: ResolvedJob, cluster: Cluster
    ) -> tuple[DemandOnSite, Solution[Choice] | Conflict, tuple[Reason, ...]]:
        """Return a job's demand, the answer of the solver, and why it is this one."""
        demand = demand_of(job, cluster)
        key = (cluster.name, demand_key(job, demand))
        self.answers.left -= OF_A_JOB + len(cluster.node_types) // _KINDS_PER_VISIT
        self._to_come -= 1
        if key not in self._answers:
            with self.answers:
                spend(0)
                on_site = DemandOnSite(demand, cluster)
            whole = problem(on_site)
            if self._trace is not None:
                self._trace.title(job.name)
            answer = self.decided(whole)
            why: tuple[Reason, ...] = ()
            if self._why and isinstance(answer, Solution):
                why = self._reasons(whole, answer)
            self._answers[key] = on_site, answer, why
        on_site, answer, why = self._answers[key]
        return on_site if on_site.demand is demand else DemandOnSite(demand, cluster), answer, why

    def other_layout(self, job: ResolvedJob, cluster: Cluster) -> Layout | None:
        """Return the best layout of a job that is only talked about; None: there is none, or no time to find it."""
        demand = demand_of(job, cluster)
        key = (cluster.name, demand_key(job, demand))
        if key not in self._others:
            before = self.others.left
            self.others.left -= OF_A_JOB
            with self.others:
                try:
                    spend(0)  # not even put, where nobody may look for an answer
                    found = best(problem(DemandOnSite(demand, cluster)))
                except TooHard:
                    found = None
            self.reasons.left -= before - self.others.left
            self._others[key] = layout_of(found.choice) if found else None
        return self._others[key]

    def decided(self, whole: Problem[Choice]) -> Solution[Choice] | Conflict:
        """Return the best layout of a problem, or why there is none; `TooHard` is raised where neither is known."""
        found = self._searched(whole)
        if isinstance(found, Solution):
            return found
        if self.unheard:
            return _whole_conflict(whole, found)
        from relionc.plan.plainest import plainest_conflict

        with self.explaining():
            try:
                return plainest_conflict(whole, found)
            except TooHard:
                return _whole_conflict(whole, found)

    def explaining(self) -> _Explaining:
        """Return what reasons may take now: something is kept for the layouts of jobs that are still to come."""
        return _Explaining(self.reasons, min(self.answers.left, _KEPT_FOR_A_JOB * self._to_come))

    def _searched(self, whole: Problem[Choice]) -> Solution[Choice] | Refutation:
        before = self.answers.left
        with self.answers:
            found = search(whole, self._trace)
        self.reasons.left -= before - self.answers.left
        return found

    def _reasons(self, whole: Problem[Choice], answer: Solution[Choice]) -> tuple[Reason, ...]:
        from relionc.plan.why import reasons

        with self.explaining():
            try:
                return reasons(whole, answer)
            except TooHard:
                return ()


class _Explaining:
    """`with` it, the effort for reasons counts, without what is kept of it."""

    def __init__(self, effort: Effort, kept: float) -> None:
        self._effort = effort
        self._kept = kept

    def __enter__(self) -> Effort:
        self._effort.left -= self._kept
        return self._effort.__enter__()

    def __exit__(self, *_: object) -> None:
        self._effort.__exit__()
        self._effort.left += self._kept


def _whole_conflict(whole: Problem[Choice], found: Refutation) -> Conflict:
    """Return what the search needed: a conflict, if not a minimal one."""
    return Conflict(tuple(dict.fromkeys(c.label for c in whole.constraints if c.label in found.core)))


def demand_key(job: ResolvedJob, demand: Demand) -> Hashable:
    """Return what a demand depends on: pins with their names in the spec, needs, and facts about the data."""
    data = tuple(fact and fact.value for fact in job.data)
    pins = tuple((name, demand.pins.value(name), route[-1:]) for name, route in demand.pins.routes.items())
    needs = tuple(value if isinstance(value, (bool, str, int)) else repr(value) for value in job.needs)
    return job.type.name, job.type.version, pins, needs, data, demand.interactive


__all__ = ["Known", "demand_key", "plan_job"]
