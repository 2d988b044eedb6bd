"""Conflict → Finding: which requirements cannot be met together, with the sum, and what near it would."""

from __future__ import annotations

from itertools import combinations
from math import ceil

from relionc import catalog
from relionc.diag import Finding, Related, Suggestion
from relionc.plan.demand import demand_of
from relionc.plan.layout import layout_of
from relionc.plan.on_site import MIB, DemandOnSite
from relionc.plan.picture import of_layout
from relionc.plan.pins import pin_of, with_pin
from relionc.plan.problem import problem
from relionc.plan.requirements import MEANT, Requirement, rank_rule, requirement
from relionc.plan.words import plural
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time
from relionc.solve import Refutation, TooHard, best, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from relionc.diag import Route
    from relionc.plan.choice import Choice
    from relionc.plan.layout import Layout
    from relionc.plan.pins import PinName
    from relionc.plan.requirements.record import SiteFact
    from relionc.site.types import Cluster
    from relionc.solve import Conflict, Problem
    from relionc.solve.conflict import Nearest
    from relionc.spec.model import ResolvedJob

MOST_SUGGESTIONS = 3
MOST_CHANGES = 3
"""The most pins that one suggestion changes."""
MOST_RANKS_OF_GPU = 4
"""The most ranks that are suggested for one GPU."""
LEAVE_OUT = "(leave it out)"


def finding(job: ResolvedJob, on_site: DemandOnSite, conflict: Conflict) -> Finding:
    """Return why `job` fits nowhere: the smallest set of requirements in conflict, and the nearest changes."""
    label, layout = _main(problem(on_site), conflict)
    main = requirement(label) if label else None
    rule = rank_rule(on_site, label)
    pins = _pins_in(on_site, main, conflict)
    return Finding(
        code=rule.code if rule else main.code if main else "RL201",
        message=main.says(layout) if main and main.says and layout else _together(on_site, pins),
        route=on_site.demand.pins.routes[pins[0]] if pins else job.route,
        on_key=not pins,
        help=main.help if main else "",
        why=f"RELION finds out only when the job runs ({rule.source})" if rule and rule.source else "",
        conflict=tuple(_elements(job, on_site, conflict, pins, label, layout)),
        suggestions=tuple(_suggestions(job, on_site, pins, conflict)),
    )


def _pins_in(on_site: DemandOnSite, main: Requirement | None, conflict: Conflict) -> list[PinName]:
    """Return the pins of a conflict: amounts that its requirements weigh, then the requirements themselves."""
    known = [requirement(label) for label in conflict.labels]
    weighed = [name for each in (main, *known) if each for name in each.weighs]
    kept = [each.pin for each in known if each.pin is not None]
    return [name for name in dict.fromkeys([*weighed, *kept]) if name in on_site.demand.pins.routes]


def _main(whole: Problem[Choice], conflict: Conflict) -> tuple[str, Layout | None]:
    """Return the label of the most telling requirement, and the layout that meets all others and comes nearest to it.

    Where there is more than one conflict, only the requirements of this one are looked at: with all pins, on nodes
    that could be meant; with what the hardware has; or by themselves.
    """
    telling = [label for label in conflict.labels if requirement(label).says is not None]
    others = [each.label for each in whole.constraints if each.label not in conflict.labels]
    meant = [label for label in others if not _is_meant(requirement(label))]
    unlimited = [label for label in others if not requirement(label).is_hardware]
    for looked_at in (whole, whole.without(meant), whole.without(unlimited), whole.without(others)):
        for label in telling:
            broken = _nearest(looked_at, label, conflict)
            if broken is not None:
                return label, layout_of(broken.solution.choice)
    return next(iter(telling), ""), None


def _is_meant(each: Requirement) -> bool:
    return each.pin is not None or each in MEANT


def _nearest(whole: Problem[Choice], label: str, conflict: Conflict) -> Nearest[Choice] | None:
    """Return the layout that breaks one requirement alone; None where there is none, or it takes too long to find."""
    try:
        found = nearest(whole, (label,), [frozenset(conflict.labels)])
    except TooHard:
        return None
    return None if isinstance(found, Refutation) else found


def _together(on_site: DemandOnSite, pins: list[PinName]) -> str:
    """Name pins that contradict each other."""
    names = dict.fromkeys(f"`{on_site.demand.pins.routes[name][-1]}`" for name in pins)
    if len(names) < 2:
        return f"no layout on {on_site.cluster.name} gives " + ("what the job needs", *names)[len(names)]
    return " and ".join([", ".join([*names][:-1]), [*names][-1]]) + " cannot be met together"


# --- the elements of the conflict ---------------------------------------------------------------------------


def _elements(
    job: ResolvedJob,
    on_site: DemandOnSite,
    conflict: Conflict,
    pins: list[PinName],
    main: str,
    layout: Layout | None,
) -> Iterator[Related]:
    """Yield the user's pins, then what they run into: each with its line, or with the source of the fact."""
    for route in dict.fromkeys(on_site.demand.pins.routes[name] for name in pins):
        yield Related(str(route[-1]), route)
    for label in conflict.labels:
        each = requirement(label)
        if each.sum_of is not None and layout is not None:
            yield Related(each.sum_of(layout), _data_route(job))
        if each.fact is not None:
            yield _site_fact(on_site, each, each.fact(layout) if layout is not None else None)
        elif each.pin is None and label != main:
            yield Related(each.topic, job.route, on_key=True)
    if main and requirement(main).is_of_devices and layout and not layout.mode.leaves_nodes_to_slurm:
        yield from of_layout(on_site, layout)


def _site_fact(on_site: DemandOnSite, each: Requirement, fact: SiteFact | None) -> Related:
    """Return the limit of the profile that a requirement holds a layout to, with its source."""
    if fact is None:
        return Related(each.topic, None, source=f"profile {on_site.cluster.name}")
    return Related(fact.text or each.topic, None, source=_source(on_site, fact.path))


def _source(on_site: DemandOnSite, path: str) -> str:
    source = on_site.cluster.source_of(path)
    named = [source.text, source.date] if source else []
    return ", ".join(part for part in (f"profile {on_site.cluster.name}", *named) if part)


def _data_route(job: ResolvedJob) -> Route | None:
    option = job.type.option_of_role("preread")
    if option is not None and option.key in job.given:
        return job.given[option.key]
    return job.data.particles.route if job.data.particles else None


# --- the nearest feasible changes ---------------------------------------------------------------------------


def _suggestions(
    job: ResolvedJob, on_site: DemandOnSite, pins: list[PinName], conflict: Conflict
) -> list[Suggestion]:
    """Return the nearest changes that work: of as few pins as possible, the smallest changes first.

    A pin of the conflict alone, if that helps; then two or three at once, of those that do not help alone.
    """
    found: list[Suggestion] = []
    try:
        for each in _more_suggestions(job, on_site, pins, conflict):
            found += each
    except TooHard:  # those that there was time for
        pass
    return found[:MOST_SUGGESTIONS]


def _more_suggestions(
    job: ResolvedJob, on_site: DemandOnSite, pins: list[PinName], conflict: Conflict
) -> Iterator[list[Suggestion]]:
    freed = _Freed(job, on_site.cluster, [frozenset(conflict.labels)])
    alone = _changes(job, on_site, [(name,) for name in pins], freed)
    found = _nearest_first(
        [*alone.values(), *_without_preread(job, on_site.cluster), *_on_shared_gpus(job, on_site)]
    )
    yield found
    kinds = (VALUES, AMOUNTS, LEFT_OUT)
    rest = [
        name
        for name in on_site.demand.pins.routes
        if (name,) not in alone and any(name in kind for kind in kinds)
    ]
    for size in range(2, MOST_CHANGES + 1):
        if len(found) > 1 or (found and size > 2):
            break
        more = _nearest_first([*_changes(job, on_site, list(combinations(rest, size)), freed).values()])
        found = [*found, *more]
        yield more


def _nearest_first(found: list[tuple[float, Suggestion]]) -> list[Suggestion]:
    return [suggestion for _, suggestion in sorted(found, key=lambda each: each[0])]


def _changes(
    job: ResolvedJob, on_site: DemandOnSite, sets: Sequence[tuple[PinName, ...]], freed: _Freed
) -> dict[tuple[PinName, ...], tuple[float, Suggestion]]:
    """Return, for each set of pins, the nearest change of all of them that works, with its size."""
    found: dict[tuple[PinName, ...], tuple[float, Suggestion]] = {}
    for names in sets:
        for changed in _other_values(job, on_site, names, freed):
            if changed is None or any(pin_of(job, name) == pin_of(changed, name) for name in names):
                continue  # no change of all of them
            made = _re_solved(changed, on_site.cluster)
            if made is not None:
                size = sum(_how_much(name, job, changed) for name in names)
                said = dict.fromkeys(_changes_of(names, job, changed, on_site))  # a text may hold two pins
                found[names] = size, Suggestion(tuple(said), made)
                break
    return found


def _changes_of(
    names: tuple[PinName, ...], job: ResolvedJob, changed: ResolvedJob, on_site: DemandOnSite
) -> Iterator[tuple[Route, str]]:
    for name in names:
        for route in _routes(name, job, on_site):
            yield route, _text(name, changed, route)


def _how_much(name: PinName, job: ResolvedJob, changed: ResolvedJob) -> float:
    """The share by which a number changes; 1 for words, and for a pin that is left out."""
    pins = pin_of(job, name), pin_of(changed, name)
    before, after = (pin.value if pin is not None and type(pin.value) is int else None for pin in pins)
    if before is None or after is None:
        return 1.0
    return abs(after - before) / max(before, 1)


class _Freed:
    """A job without some pins that are amounts, and which of its requirements are known not to go together."""

    def __init__(self, job: ResolvedJob, cluster: Cluster, refuted: Iterable[frozenset[str]] = ()) -> None:
        self.job = job
        self._cluster = cluster
        self._whole: Problem[Choice] | None = None
        self._refuted = [*refuted]
        self._fits: Nearest[Choice] | None = None
        self._others: dict[PinName, _Freed] = {}

    def without(self, names: Sequence[PinName]) -> _Freed:
        """Return the job without further pins, always the same for the same ones in their order."""
        freed = self
        for name in names:
            if name not in freed._others:
                freed._others[name] = _Freed(with_pin(freed.job, name, None), self._cluster)
            freed = freed._others[name]
        return freed

    def nearest(self, labels: tuple[str, ...]) -> Nearest[Choice] | None:
        """Return the layout that breaks some requirements as little as possible; nothing else is asked twice."""
        if labels and self._fits is None and not self._refuted:
            self._fits = self.nearest(())
        if self._fits is not None:  # and breaks none
            return self._fits
        if any(core.isdisjoint(labels) for core in self._refuted):
            return None
        if self._whole is None:
            self._whole = problem(DemandOnSite(demand_of(self.job, self._cluster), self._cluster))
        found = nearest(self._whole, labels, self._refuted)
        if isinstance(found, Refutation):
            self._refuted.append(found.core)
            return None
        return found


def _other_values(
    job: ResolvedJob, on_site: DemandOnSite, names: tuple[PinName, ...], freed: _Freed
) -> Iterator[ResolvedJob | None]:
    """Yield the job with other values for some pins, the best first: of the nearest layout, and without them."""
    without = freed.without([name for name in names if name not in VALUES])
    labels = tuple(f"pin:{name}" for name in names if name in VALUES)
    near = without.nearest(labels)
    if near is not None:
        yield _set_to(without.job, job, on_site, layout_of(near.solution.choice), names)
    elif not any(_weighs_elsewhere(name, job) for name in names):
        return  # the job without them has no other layouts
    left_out = without.job
    for name in names:
        left_out = with_pin(left_out, name, None)
    yield None if any(_means_more(name, job) for name in names) else left_out


def _set_to(
    without: ResolvedJob, job: ResolvedJob, on_site: DemandOnSite, layout: Layout, names: tuple[PinName, ...]
) -> ResolvedJob | None:
    """Return `without` with the values that a layout has for some pins of `job`; None where it has none."""
    changed = without
    for name in names:
        if name in LEFT_OUT:
            continue
        value = VALUES[name](layout) if name in VALUES else AMOUNTS[name](on_site, layout)
        pin = pin_of(job, name)
        if not value or pin is None:
            return None
        changed = with_pin(changed, name, pin._replace(value=value))
    return changed


def _routes(name: PinName, job: ResolvedJob, on_site: DemandOnSite) -> Iterator[Route]:
    """Yield where a pin stands: the number of ranks may be said as a resource and as RELION's option."""
    yield on_site.demand.pins.routes[name]
    option = job.type.option_of_role("ranks") if name == "ntasks" else None
    if option is not None and option.key in job.given and on_site.demand.pins.routes[name][-1] != option.key:
        yield job.given[option.key]


def _means_more(name: PinName, job: ResolvedJob) -> bool:
    """Whether leaving a pin out says more than that: without any `gpus`, the job would not use them at all."""
    pins = job.resources
    if name == "gpu_type":  # its text may say a number per node too
        return pins.gpus_per_node is not None or _switched_on_by_gpus(job)
    return name in ("gpus", "gpus_per_node") and pins.gpu_type is None and _switched_on_by_gpus(job)


def _weighs_elsewhere(name: PinName, job: ResolvedJob) -> bool:
    """Whether a layout may do without a pin that does not do where only its value is another.

    `ranks_per_gpu` says how many ranks a program of one for each GPU has; a lone rank may take other memory.
    """
    pin = pin_of(job, name)
    return name == "ranks_per_gpu" or (name == "ntasks" and pin is not None and pin.value == 1)


def _switched_on_by_gpus(job: ResolvedJob) -> bool:
    option = job.type.option_of_role("use_gpu")
    return option is not None and option.key not in job.given


def _re_solved(job: ResolvedJob, cluster: Cluster) -> str | None:
    """Return the layout of a changed job in words; None where it does not fit either."""
    solution = best(problem(DemandOnSite(demand_of(job, cluster), cluster)))
    return summary(layout_of(solution.choice)) if solution is not None else None


VALUES: dict[PinName, Callable[[Layout], str | int]] = {
    "nodes": lambda layout: layout.worker_nodes,
    "ntasks": lambda layout: layout.ntasks,
    "ntasks_per_node": lambda layout: layout.choice.ranks_per_node,
    "cpus_per_task": lambda layout: layout.cpus_per_task,
    "gpus_per_node": lambda layout: layout.gpus_per_node,
    "gpus": lambda layout: layout.worker_nodes * layout.gpus_per_node,
    "ranks_per_gpu": lambda layout: layout.workers_per_node // max(layout.gpus_per_node, 1),
    "layout": lambda layout: layout.mode.name,
    "gpu_type": lambda layout: layout.pool.node_type.gpu_type,
    "partition": lambda layout: layout.pool.partition.name if layout.pool.partition else "",
}
"""Pin → what its value would be for a layout."""

AMOUNTS: dict[PinName, Callable[[DemandOnSite, Layout], int | None]] = {
    "mem_per_cpu": lambda _, layout: layout.choice.mem_per_cpu,
    "mem": lambda _, layout: layout.choice.allocated_mib,
    "scratch": lambda on_site, layout: (
        ceil(on_site.demand.scratch_need_gib) or layout.pool.node_type.scratch_gib
    ),
    "threads": lambda _, layout: layout.cpus_per_task,
    "time": lambda _, layout: layout.pool.max_time_s,
}
"""Pin for an amount → how much a layout that was found without it takes: MiB, GiB, threads, seconds."""

FORMATS: dict[PinName, Callable[[int], str]] = {
    "mem_per_cpu": format_memory,
    "mem": format_memory,
    "scratch": "{}G".format,
    "time": format_time,
}
"""Pin → how a spec says its number, where that is not the number alone."""

LEFT_OUT: tuple[PinName, ...] = ("gpu_ids", "constraint", "exclusive")
"""Pins that can only be left out: no layout says what they would be."""


def _text(name: PinName, job: ResolvedJob, route: Route) -> str:
    """Return what stands in the spec, at `route`, for a pin of a changed job."""
    pin = pin_of(job, name)
    if name in ("gpu_type", "gpus_per_node"):
        return _gpus_text(job, route)
    if pin is None:
        return LEAVE_OUT
    if isinstance(pin.value, int) and name in FORMATS:
        return FORMATS[name](pin.value)
    return str(pin.value)


def _gpus_text(job: ResolvedJob, route: Route) -> str:
    """Return a type or a number per node; both, where one text of the spec says both and both are left."""
    pins = job.resources.gpu_type, job.resources.gpus_per_node
    said = [str(pin.value) for pin in pins if pin is not None and pin.route == route]
    return ":".join(said) or LEAVE_OUT


def _without_preread(job: ResolvedJob, cluster: Cluster) -> list[tuple[float, Suggestion]]:
    option = job.type.option_of_role("preread")
    if not job.needs.preread or option is None or option.key not in job.given:
        return []
    options = {**job.options, option.key: "No"}
    needs = type(job.needs)(**catalog.needs(job.type, options, is_continue=job.is_continue))
    result = _re_solved(job._replace(options=options, needs=needs), cluster)
    if result is None:
        return []
    route = job.given[option.key]
    change = (route, "no" if route[-1] == option.key else LEAVE_OUT)  # it may be one of several arguments
    return [(1.0, Suggestion((change,), f"{result}, particles read from disk or scratch"))]


def _on_shared_gpus(job: ResolvedJob, on_site: DemandOnSite) -> list[tuple[float, Suggestion]]:
    """Return the fewest ranks for each GPU with which a job fits on those that are asked for, if several do."""
    pin = pin_of(job, "gpus") or pin_of(job, "gpus_per_node")
    if pin is None or not on_site.demand.leader or on_site.demand.ranks_are_asked:
        return []
    if on_site.demand.pins.ranks_per_gpu is not None:
        return []
    route = (*job.route, "resources", "ranks_per_gpu")
    for ranks in range(2, MOST_RANKS_OF_GPU + 1):
        made = _re_solved(
            with_pin(job, "ranks_per_gpu", pin._replace(value=ranks, route=route)), on_site.cluster
        )
        if made is not None:
            return [(float(ranks), Suggestion(((route, str(ranks)),), made))]
    return []


def summary(layout: Layout) -> str:
    """Return a layout in a few words: nodes, ranks, memory of the fullest node."""
    text = f"{layout.mode}: {plural(layout.nodes, 'node')}, {plural(layout.ntasks, 'rank')}"
    limit, need = layout.pool.usable_node.memory_mib, layout.choice.need_gib()
    if not need or not limit:
        return text
    if need * MIB <= limit:
        return text + f", {need:.1f} of {limit / MIB:.0f} GiB on the fullest node"
    sure = layout.choice.need_gib(sure=True)
    return (
        text + f", {sure:.1f} of {limit / MIB:.0f} GiB on the fullest node ({need:.1f} with what is assumed)"
    )
