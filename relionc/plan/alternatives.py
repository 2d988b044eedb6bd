"""The other layouts of a job: the best of every mode and of every kind of node, with what each wastes and costs."""

from __future__ import annotations

from relionc.plan import demand_key
from relionc.plan.demand import demand_of
from relionc.plan.job_plan import allocated_cpus, billing, time_of
from relionc.plan.layout import layout_of
from relionc.plan.modes import preferred_modes
from relionc.plan.on_site import DemandOnSite
from relionc.plan.plainest import plainest_conflict
from relionc.plan.problem import problem
from relionc.plan.requirements import is_known, requirement
from relionc.plan.requirements.pins import LAYOUT
from relionc.record import NamedTuple
from relionc.solve import Constraint, Effort, Solution, TooHard, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

    from relionc.plan.choice import Choice
    from relionc.plan.layout import Layout
    from relionc.plan.modes.base import Mode
    from relionc.site.types import Cluster
    from relionc.solve import Conflict, Problem
    from relionc.spec.model import ResolvedJob

MOST_VISITS = 500_000
"""What the other layouts of all jobs of a spec may take to find, together."""
ONLY = "only"
"""The label of the requirement that a layout be of one mode or kind of node."""


class Alternative(NamedTuple):
    """The best layout of one mode or kind of node; where there is none, `why_not` says so and the numbers are 0.

    `waste` counts the allocated GPUs without a worker and the CPUs that compute nothing; hours are those of the time
    that is asked for, `billing` is by the partition's weights, for the same time (None: not known).
    """

    mode: str
    node_type: str
    nodes: int = 0
    ntasks: int = 0
    cpus_per_task: int = 0
    idle_gpus: int = 0
    idle_cpus: int = 0
    cpu_hours: float = 0.0
    gpu_hours: float = 0.0
    billing: float | None = None
    why_not: str = ""


class Alternatives:
    """The other layouts of the jobs of a spec: jobs that want the same are looked at once, and not without end."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._effort = Effort(MOST_VISITS)
        self._found: dict[Hashable, tuple[Alternative, ...] | None] = {}

    def of(self, job: ResolvedJob) -> tuple[Alternative, ...] | None:
        """Return the best layouts of each mode and kind of node; None where it takes too long to find them."""
        key = demand_key(job, demand_of(job, self._cluster))
        if key not in self._found:
            self._found[key] = self._search(job)
        return self._found[key]

    def _search(self, job: ResolvedJob) -> tuple[Alternative, ...] | None:
        with self._effort:
            try:
                return alternatives(job, self._cluster)
            except TooHard:
                return None


def alternatives(job: ResolvedJob, cluster: Cluster) -> tuple[Alternative, ...]:
    """Return the best layout of each mode a job could have, then of each other kind of node, the best first."""
    on_site = DemandOnSite(demand_of(job, cluster), cluster)
    whole = problem(on_site)
    modes = [_of_mode(on_site, mode) for mode in preferred_modes(on_site)]
    suited = [pool for pool in on_site.pools if on_site.demand.gpu or not pool.node_type.gpus]
    kinds = [_of_kind(whole, name) for name in dict.fromkeys(p.node_type.name for p in suited)]
    found = [each for each in (*modes, *kinds) if each is not None]
    found.sort(key=lambda each: each[0])
    return tuple(dict.fromkeys(each for _, each in found))


_NEVER = (float("inf"),)
_Ranked = tuple[tuple[float, ...], Alternative]


def _of_mode(on_site: DemandOnSite, mode: Mode) -> _Ranked | None:
    only: Constraint[Choice] = Constraint(ONLY, ("mode",), lambda c: 0 if c.mode is mode else 1)
    question = problem(on_site).without([LAYOUT.label]).also(only)
    found = search(question)
    if isinstance(found, Solution):
        return found.costs, _costing(layout_of(found.choice))
    return _NEVER, Alternative(mode.name, "", why_not=_in_words(plainest_conflict(question, found), on_site))


def _of_kind(whole: Problem[Choice], name: str) -> _Ranked | None:
    """Return the best on one kind of node; nothing where there is none: most kinds of a large site do not do."""
    only: Constraint[Choice] = Constraint(
        ONLY, ("pool",), lambda c: 0 if c.pool.node_type.name == name else 1
    )
    found = search(whole.also(only))
    return (found.costs, _costing(layout_of(found.choice))) if isinstance(found, Solution) else None


def _costing(layout: Layout) -> Alternative:
    hours = (time_of(layout.choice.on_site, layout) or 0) / 3600
    bill = billing(layout.choice.on_site, layout)
    return Alternative(
        mode=layout.mode.name,
        node_type=layout.pool.node_type.name,
        nodes=layout.nodes,
        ntasks=layout.ntasks,
        cpus_per_task=layout.cpus_per_task,
        idle_gpus=layout.choice.use.idle if layout.gpus_per_node else 0,
        idle_cpus=layout.choice.idle_cpus,
        cpu_hours=allocated_cpus(layout.choice.on_site, layout) * hours,
        gpu_hours=layout.worker_nodes * layout.gpus_per_node * hours,
        billing=None if bill is None else bill * hours,
    )


def _in_words(conflict: Conflict, on_site: DemandOnSite) -> str:
    """Say what is in the way: the rules first, the most telling one of them, then the pins as the spec has them."""
    known = [requirement(label) for label in conflict.labels if is_known(label)]
    rules = [each.topic for each in known if each.pin is None]
    routes = on_site.demand.pins.routes
    pins = [f"`{routes[each.pin][-1]}`" for each in known if each.pin is not None]
    return "; ".join([*rules[:2], *pins]) or "not possible"
