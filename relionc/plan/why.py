"""Why a layout is what it is: for each value, whether it was pinned, forced by a rule, or best; and what else costs."""

from __future__ import annotations

from math import inf

from relionc.plan.model import Reason
from relionc.plan.requirements import is_known, requirement
from relionc.plan.words import plural
from relionc.record import NamedTuple
from relionc.solve import Constraint, Solution, best, minimal_conflict, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from relionc.plan.choice import Choice, Field, Fields
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName
    from relionc.solve import Problem, Refutation

OTHER = "other"
"""The label of the requirement that a value be another one."""


class _Value(NamedTuple):
    """One value that people are told about: its name, the variable that decides it, and how to read it from a choice.

    `beside` are the variables that stay as they are when another value is weighed: another number of GPUs is one on
    the same kind of nodes. `pins` fix it.
    """

    name: str
    field: Field
    read: Callable[[Choice], str | int]
    pins: tuple[PinName, ...]
    beside: Fields = ()


_VALUES = (
    _Value("layout", "mode", lambda c: c.mode.name, ("layout",), ("pool",)),
    _Value("partition", "pool", lambda c: c.pool.partition.name if c.pool.partition else "", ("partition",)),
    _Value("node_type", "pool", lambda c: c.pool.node_type.name, ("gpu_type", "constraint")),
    _Value("nodes", "nodes_or_tasks", lambda c: c.nodes_or_tasks, ("nodes",), ("pool", "mode")),
    _Value(
        "ntasks_per_node",
        "workers_per_node",
        lambda c: c.workers_per_node,
        ("ntasks_per_node",),
        ("pool", "mode"),
    ),
    _Value("cpus_per_task", "cpus_per_task", lambda c: c.cpus_per_task, ("cpus_per_task",), ("pool", "mode")),
    _Value("gpus_per_node", "gpus", lambda c: c.gpus, ("gpus_per_node",), ("pool", "mode")),
)


def reasons(whole: Problem[Choice], solution: Solution[Choice]) -> tuple[Reason, ...]:
    """Return the reason of each value of the best layout.

    A value is `pinned` by the user; `forced` where no layout has another, by the rules named; else `best`, and the
    reason says what the best layout with another value would cost.
    """
    return tuple(_all_reasons(whole, solution))


def _all_reasons(whole: Problem[Choice], solution: Solution[Choice]) -> Iterator[Reason]:
    choice = solution.choice
    routes = choice.on_site.demand.pins.routes
    for each in _VALUES:
        value = each.read(choice)
        if not value or _is_not_chosen(each, choice):
            continue
        shown = str(_as_said(each, choice))
        route = next((routes[name] for name in each.pins if name in routes), None)
        if route is not None:
            yield Reason(each.name, shown, "pinned", ".".join(map(str, route)), route)
        elif each.name == "nodes" and choice.mode.leaves_nodes_to_slurm:
            yield Reason("nodes", str(choice.nodes), "forced", "as Slurm fills empty nodes")
        else:
            how, because = _forced_or_best(whole, solution, each, value)
            yield Reason(each.name, shown, how, because)


def _is_not_chosen(each: _Value, choice: Choice) -> bool:
    return each.name == "ntasks_per_node" and choice.mode.leaves_nodes_to_slurm


def _as_said(each: _Value, choice: Choice) -> str | int:
    """Return a value as a spec says it: tasks of a node count the leader's place."""
    return choice.ranks_per_node if each.name == "ntasks_per_node" else each.read(choice)


def _forced_or_best(
    whole: Problem[Choice], solution: Solution[Choice], each: _Value, value: str | int
) -> tuple[str, str]:
    question = whole.also(*(_as_chosen(name, solution.choice) for name in each.beside))
    second = runner_up(question, each, value)
    if isinstance(second, Solution):
        text = _cost_of(whole, solution, second, f"{_as_said(each, second.choice)}")
        return "best", text + (_splits(whole, solution.choice) if each.name == "cpus_per_task" else "")
    rules = in_words(_minimal(question, each, value, second), solution.choice.on_site)
    return "forced", rules or f"there is no other {each.name.replace('_', ' ')}"


def _as_chosen(name: Field, chosen: Choice) -> Constraint[Choice]:
    """Return the requirement that a variable has the value that it has in a choice."""
    value: object = getattr(chosen, name)
    return Constraint(OTHER, (name,), lambda now: 0 if getattr(now, name) == value else 1)


def runner_up(question: Problem[Choice], each: _Value, value: str | int) -> Solution[Choice] | Refutation:
    """Return the best choice with another value, or why there is none."""
    found = [search(question.also(other)) for other in _others(each, value)]
    solved = [side for side in found if isinstance(side, Solution)]
    return min(solved, key=lambda side: side.costs) if solved else found[-1]


def _others(each: _Value, value: str | int) -> tuple[Constraint[Choice], ...]:
    """Return the requirement that a value be another one; of a number along which costs rise, one for each side."""
    scope = (each.field,)
    if each.field != "nodes_or_tasks" or not isinstance(value, int):
        return (Constraint(OTHER, scope, lambda c: 1 if each.read(c) == value else 0),)
    less = Constraint(OTHER, scope, _nodes_or_tasks, high=value - 1, rising=scope)
    more = Constraint(OTHER, scope, _nodes_or_tasks, low=value + 1, high=inf, rising=scope)
    return less, more


def _nodes_or_tasks(choice: Choice) -> int:
    return choice.nodes_or_tasks


def _minimal(question: Problem[Choice], each: _Value, value: str | int, refuted: Refutation) -> Iterable[str]:
    """Return the labels without which there would be another value."""
    return minimal_conflict(question.also(_others(each, value)[-1]), refuted.core).labels


def in_words(core: Iterable[str], on_site: DemandOnSite) -> str:
    """Name what leaves no other value: the rules, then the pins as the spec has them."""
    known = [requirement(label) for label in sorted(core) if is_known(label)]
    rules = [each.topic for each in known if each.pin is None]
    routes = on_site.demand.pins.routes
    pins = [f"`{routes[each.pin][-1]}`" for each in known if each.pin is not None]
    return "; ".join([*dict.fromkeys([*rules, *pins])][:3])


# --- what the runner-up would cost ----------------------------------------------------------------------------


def _cost_of(whole: Problem[Choice], first: Solution[Choice], second: Solution[Choice], said: str) -> str:
    """Say in which cost the runner-up is behind, with both numbers."""
    for objective, mine, other in zip(whole.objectives, first.costs, second.costs, strict=True):
        if other > mine:
            return _WORDS[objective.name](said, mine, other)
    return f"{said} would do as well"


def _number(cost: float) -> str:
    return f"{cost:,.0f}"


def _counted(cost: float, noun: str) -> str:
    return f"{_number(cost)} {noun}" if round(cost) == 1 else f"{_number(cost)} {noun}s"


_WORDS: dict[str, Callable[[str, float, float], str]] = {
    "memory missing": lambda said, __, other: (
        f"{said} would want {other:,.1f} GiB more than a node has, if the job goes so far"
    ),
    "GPU memory missing": lambda said, __, other: (
        f"{said} would want {other:,.1f} GiB more than a GPU has, if the job goes so far"
    ),
    "ranks missing": lambda said, mine, other: (
        f"{said} would leave {_counted(other - mine, 'rank')} out of the usual number"
    ),
    "GPUs left": lambda said, mine, other: (
        f"{said} would leave {_counted(other, 'GPU')} of its nodes unused, not {_number(mine)}"
    ),
    "GPUs doubled": lambda said, mine, other: (
        f"{said} would put {_counted(other - mine, 'more rank')} on GPUs that have one"
    ),
    "threads": lambda said, mine, other: (
        f"{said} is {plural(int(other), 'CPU')} off the site's preference for this kind of job"
        + (f", this {_number(mine)}" if mine else "")
    ),
    "workers": lambda said, mine, other: (
        f"{said} would give {_counted(-other, 'worker')}, not {_number(-mine)}"
    ),
    "ranks beyond": lambda said, mine, other: (
        f"{said} would run {_counted(other, 'rank')} beyond the usual number, not {_number(mine)}"
    ),
    "CPUs idle": lambda said, mine, other: (
        f"{said} would leave {_counted(other, 'CPU')} idle, not {_number(mine)}"
    ),
    "mode": lambda said, *__: f"{said} would waste as much, and comes later in the site's order",
    "memory stranded": lambda said, mine, other: (
        f"{said} would strand {_number(other)} GiB of memory, not {_number(mine)}"
    ),
    "nodes": lambda said, mine, other: f"{said} would take {_counted(other, 'node')}, not {_number(mine)}",
    "kind of node": lambda said, *__: f"{said} would do as well, and comes later in the profile",
    "the leader's node": lambda said, *__: (
        f"{said} would do as well, with the leader on a node that comes later in the profile"
    ),
}


# --- splits between ranks and threads -------------------------------------------------------------------------


def equal_splits(whole: Problem[Choice], choice: Choice) -> tuple[tuple[int, int], ...]:
    """Return other (ranks, CPUs per task) of a CPU job that use the same CPUs and are possible too.

    The product decides how fast a classification is (NIH's RELION page): the site's preference chose among equals.
    """
    demand, cpus = choice.on_site.demand, choice.cpus_per_task
    fixed = demand.pins.has("cpus_per_task", "threads", "ntasks", "ntasks_per_node")
    if demand.gpu or demand.serial or not demand.threads or fixed:
        return ()
    product = choice.workers * cpus
    splits = [(product // each, each) for each in (cpus // 2, cpus * 2) if each and product % each == 0]
    return tuple(
        (workers + demand.leader, each)
        for workers, each in splits
        if _possible(whole, workers + demand.leader, each)
    )


def _splits(whole: Problem[Choice], choice: Choice) -> str:
    """Say which other splits between ranks and threads cost the same."""
    others = [f"{ranks} ranks x {cpus}" for ranks, cpus in equal_splits(whole, choice)]
    return f"; as many CPUs: {' or '.join(others)}" if others else ""


def _possible(whole: Problem[Choice], ranks: int, cpus: int) -> bool:
    also: tuple[Constraint[Choice], ...] = (
        Constraint(
            OTHER,
            ("cpus_per_task",),
            lambda c: c.cpus_per_task,
            low=cpus,
            high=cpus,
            rising=("cpus_per_task",),
        ),
        Constraint(
            OTHER,
            ("mode", "workers_per_node", "nodes_or_tasks"),
            lambda c: c.ranks,
            low=ranks,
            high=ranks,
            rising=("nodes_or_tasks",),
        ),
    )
    return best(whole.also(*also)._replace(objectives=())) is not None
