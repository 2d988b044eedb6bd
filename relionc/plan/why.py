"""Why a layout is what it is: for each value, whether it was pinned, forced by a rule, or best; and what else costs."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.plan.model import HETEROGENEOUS, HETJOB, Reason
from relionc.plan.words import TOPICS, kind, plural
from relionc.solve import Constraint, Solution, best, minimal_conflict, search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from relionc.plan.asked import Asked
    from relionc.solve import Problem, Refutation

OTHER = "other"
"""The label of the requirement that a value be another one."""


class _Value(NamedTuple):
    """One value that people are told about: its name, the variables that decide it, and how to read it from them.

    `beside` are the variables that stay as they are when another value is weighed: another number of GPUs is one on
    the same kind of nodes.
    """

    name: str
    scope: tuple[str, ...]
    read: Callable[..., Any]
    beside: tuple[str, ...] = ()


_VALUES = (
    _Value("layout", ("mode",), lambda mode: mode, ("place",)),
    _Value("partition", ("place",), lambda place: place.partition.name if place.partition else ""),
    _Value("node_type", ("place",), lambda place: place.node_type.name),
    _Value("nodes", ("amount",), lambda amount: amount, ("place", "mode")),
    _Value("ntasks_per_node", ("per_node",), lambda workers: workers, ("place", "mode")),
    _Value("cpus_per_task", ("cpus_per_task",), lambda cpus: cpus, ("place", "mode")),
    _Value("gpus_per_node", ("gpus",), lambda gpus: gpus, ("place", "mode")),
)

PINS = {"node_type": ("gpu_type", "constraint"), "gpus_per_node": ("gpus_per_node",), "nodes": ("nodes",)}
"""The wishes that fix a value which goes by another name."""


def reasons(asked: Asked, whole: Problem, solution: Solution) -> tuple[Reason, ...]:
    """Return the reason of each value of the best layout.

    A value is `pinned` by the user; `forced` where no layout has another, by the rules named; else `best`, and the
    reason says what the best layout with another value would cost.
    """
    return tuple(_all_reasons(asked, whole, solution))


def _all_reasons(asked: Asked, whole: Problem, solution: Solution) -> Iterator[Reason]:
    values = solution.values
    for each in _VALUES:
        value = each.read(*[values[name] for name in each.scope])
        if not value or _is_not_chosen(each.name, values):
            continue
        shown = str(_as_said(asked, each.name, values, value))
        pin = _pin_of(asked, each.name)
        if pin is not None:
            yield Reason(each.name, shown, "pinned", ".".join(map(str, pin.route)), pin.route)
        elif each.name == "nodes" and values["mode"] == HETEROGENEOUS:
            yield _nodes_of_slurm(asked, values)
        else:
            how, because = _forced_or_best(asked, whole, solution, each, value)
            yield Reason(each.name, shown, how, because)


def _is_not_chosen(name: str, values: Mapping[str, Any]) -> bool:
    return name == "ntasks_per_node" and values["mode"] == HETEROGENEOUS


def _as_said(asked: Asked, name: str, values: Mapping[str, Any], value: Any) -> Any:
    """Return a value as a spec says it: tasks of a node count the leader's place."""
    if name != "ntasks_per_node":
        return value
    return value + (asked.beside(values["mode"]) if values["mode"] != HETJOB else 0)


def _nodes_of_slurm(asked: Asked, values: Mapping[str, Any]) -> Reason:
    nodes = asked.nodes(values["place"], values["mode"], values["cpus_per_task"], values["amount"])
    return Reason("nodes", str(nodes), "forced", "as Slurm fills empty nodes")


def _pin_of(asked: Asked, name: str) -> Any:
    named = (asked.demand.pins.get(pin) for pin in PINS.get(name, (name,)))
    return next((pin for pin in named if pin is not None), None)


def _forced_or_best(
    asked: Asked, whole: Problem, solution: Solution, each: _Value, value: Any
) -> tuple[str, str]:
    beside = tuple(
        Constraint(OTHER, (name,), lambda now, chosen=solution.values[name]: 0 if now == chosen else 1)
        for name in each.beside
    )
    question = whole.also(*beside)
    second = runner_up(question, each, value)
    if isinstance(second, Solution):
        other = each.read(*[second.values[name] for name in each.scope])
        said = _as_said(asked, each.name, second.values, other)
        text = _cost_of(asked, whole, solution, second, f"{said}")
        return "best", text + (_splits(asked, whole, solution) if each.name == "cpus_per_task" else "")
    return "forced", _rules(_minimal(question, each, value, second), each)


def runner_up(question: Problem, each: _Value, value: Any) -> Solution | Refutation:
    """Return the best assignment with another value, or why there is none."""
    found = [search(question.also(other)) for other in _others(each, value)]
    solved = [side for side in found if isinstance(side, Solution)]
    return min(solved, key=lambda side: side.costs) if solved else found[-1]


def _others(each: _Value, value: Any) -> tuple[Constraint, ...]:
    """Return the requirement that a value be another one; of a number along which costs rise, one for each side."""
    if each.scope != ("amount",):
        return (Constraint(OTHER, each.scope, lambda *read: 1 if each.read(*read) == value else 0),)
    less = Constraint(OTHER, each.scope, lambda amount: amount, high=value - 1, rising=each.scope)
    more = Constraint(OTHER, each.scope, lambda amount: amount, low=value + 1, high=inf, rising=each.scope)
    return less, more


def _minimal(question: Problem, each: _Value, value: Any, refuted: Refutation) -> Iterable[str]:
    """Return the labels without which there would be another value."""
    return minimal_conflict(question.also(_others(each, value)[-1]), refuted.core).labels


def _rules(core: Iterable[str], each: _Value) -> str:
    """Name what leaves no other value: the rules, then the wishes."""
    labels = sorted(set(core) - {OTHER}, key=lambda label: (label.startswith("pin:"), label))
    named = (
        f"`{label[4:]}`" if label.startswith("pin:") else TOPICS.get(kind(label), "") for label in labels
    )
    known = [text for text in dict.fromkeys(named) if text]
    return "; ".join(known[:3]) or f"there is no other {each.name.replace('_', ' ')}"


# --- what the runner-up would cost ----------------------------------------------------------------------------


def _cost_of(asked: Asked, whole: Problem, first: Solution, second: Solution, said: str) -> str:
    """Say in which cost the runner-up is behind, with both numbers."""
    for objective, mine, other in zip(whole.objectives, first.costs, second.costs, strict=True):
        if other > mine:
            return _WORDS[objective.name](asked, said, mine, other)
    return f"{said} would do as well"


def _number(cost: float) -> str:
    return f"{cost:,.0f}"


_WORDS: dict[str, Callable[[Asked, str, float, float], str]] = {
    "memory missing": lambda _, said, __, other: (
        f"{said} would want {other:,.1f} GiB more than a node has, if the job goes so far"
    ),
    "GPU memory missing": lambda _, said, __, other: (
        f"{said} would want {other:,.1f} GiB more than a GPU has, if the job goes so far"
    ),
    "ranks missing": lambda _, said, mine, other: (
        f"{said} would leave {_number(other - mine)} ranks out of the usual number"
    ),
    "GPUs left": lambda _, said, mine, other: (
        f"{said} would leave {_number(other)} GPUs of its nodes unused, not {_number(mine)}"
    ),
    "GPUs doubled": lambda _, said, mine, other: (
        f"{said} would put {_number(other - mine)} more ranks on GPUs that have one"
    ),
    "threads": lambda _, said, mine, other: (
        f"{said} is {plural(int(other), 'CPU')} off the site's preference for this kind of job"
        + (f", this {_number(mine)}" if mine else "")
    ),
    "workers": lambda _, said, mine, other: (
        f"{said} would give {_number(-other)} workers, not {_number(-mine)}"
    ),
    "ranks beyond": lambda _, said, mine, other: (
        f"{said} would run {_number(other)} ranks beyond the usual number, not {_number(mine)}"
    ),
    "CPUs idle": lambda _, said, mine, other: (
        f"{said} would leave {_number(other)} CPUs idle, not {_number(mine)}"
    ),
    "mode": lambda _, said, *__: f"{said} would waste as much, and comes later in the site's order",
    "memory stranded": lambda _, said, mine, other: (
        f"{said} would strand {_number(other)} GiB of memory, not {_number(mine)}"
    ),
    "nodes": lambda _, said, mine, other: f"{said} would take {_number(other)} nodes, not {_number(mine)}",
    "kind of node": lambda _, said, *__: (
        f"{said} would do as well, on a kind of node of which there are fewer"
    ),
    "the leader's node": lambda _, said, *__: (
        f"{said} would do as well, with the leader on a scarcer kind of node"
    ),
}


# --- splits between ranks and threads -------------------------------------------------------------------------


def equal_splits(asked: Asked, whole: Problem, solution: Solution) -> tuple[tuple[int, int], ...]:
    """Return other (ranks, CPUs per task) of a CPU job that use the same CPUs and are possible too.

    The product decides how fast a classification is (NIH's RELION page): the site's preference chose among equals.
    """
    demand, values = asked.demand, solution.values
    fixed = any(
        demand.pin(name) is not None for name in ("cpus_per_task", "threads", "ntasks", "ntasks_per_node")
    )
    if demand.gpu or demand.serial or not demand.threads or fixed:
        return ()
    mode, per_node, cpus, amount = (values[name] for name in ("mode", "per_node", "cpus_per_task", "amount"))
    product = asked.workers(mode, per_node, amount) * cpus
    splits = [(product // each, each) for each in (cpus // 2, cpus * 2) if each and product % each == 0]
    return tuple(
        (workers + demand.leader, each) for workers, each in splits if _possible(asked, whole, workers, each)
    )


def _splits(asked: Asked, whole: Problem, solution: Solution) -> str:
    """Say which other splits between ranks and threads cost the same."""
    others = [f"{ranks} ranks x {cpus}" for ranks, cpus in equal_splits(asked, whole, solution)]
    return f"; as many CPUs: {' or '.join(others)}" if others else ""


def _possible(asked: Asked, whole: Problem, workers: int, cpus: int) -> bool:
    ranks = workers + asked.demand.leader
    scope = ("mode", "per_node", "amount")
    also = (
        Constraint(
            OTHER, ("cpus_per_task",), lambda each: each, low=cpus, high=cpus, rising=("cpus_per_task",)
        ),
        Constraint(OTHER, scope, asked.ranks, low=ranks, high=ranks, rising=("amount",)),
    )
    return best(whole.also(*also)._replace(objectives=())) is not None
