"""What a requirement is: one record with all that the search, the explanations and the page of the solver say of it."""

from __future__ import annotations

from math import inf

from relionc.record import NamedTuple
from relionc.solve import Constraint, Floor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from relionc.plan.choice import Choice, Fields
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName

UP: Fields = ("nodes_or_tasks",)
UP_RANKS: Fields = ("workers_per_node", *UP)
OF_RANKS: Fields = ("mode", "workers_per_node", "nodes_or_tasks")
OF_NODES: Fields = ("pool", "mode", "cpus_per_task", "nodes_or_tasks")
OF_NODE: Fields = ("pool", "mode", "workers_per_node", "cpus_per_task", "nodes_or_tasks")


class Bound(NamedTuple):
    """What fewer fields say at least of a measure."""

    reads: Fields
    value: Callable[[Choice], float]
    rises_with: Fields = ()
    vain: Mapping[str, Callable[[Choice], bool]] = {}


class Measure(NamedTuple):
    """A number of a choice that must be from `low` to `high`: without more, an excess that must not be above 0.

    It `reads` these fields and no others; `rises_with` and `falls_with` are fields along which it never does otherwise.
    From so much of a field of `level` on, more of it changes nothing; `vain`: whether what is too large stays so with
    any more of a field, as far as fields before the last tell. `floors` judge it before all fields are known. `rule`
    tells apart measures that stand and fall by themselves. `whole`: it is always a whole number, as are its limits.
    `steady`: this very record is asked for again.
    """

    reads: Fields
    value: Callable[[Choice], float]
    rises_with: Fields = ()
    falls_with: Fields = ()
    floors: tuple[Bound, ...] = ()
    low: float = -inf
    high: float = 0
    scale: float = 1
    period: Mapping[str, int] = {}
    level: Mapping[str, Callable[[Choice], int]] = {}
    vain: Mapping[str, Callable[[Choice], bool]] = {}
    rule: int | None = None
    whole: bool = True
    steady: bool = False

    def constraint(self, label: str) -> Constraint[Choice]:
        """Return it in the solver's words."""
        if not self.steady:
            return self._made(label)
        key = label, id(self)
        if key not in _KEPT:
            _KEPT[key] = self, self._made(label)
        return _KEPT[key][1]

    def _made(self, label: str) -> Constraint[Choice]:
        return Constraint(
            label if self.rule is None else f"{label}:{self.rule}",
            self.reads,
            self.value,
            low=self.low,
            high=self.high,
            scale=self.scale,
            rising=self.rises_with,
            falling=self.falls_with,
            period=self.period,
            level=self.level,
            vain=self.vain,
            floors=tuple(
                Floor(each.reads, each.value, each.rises_with, (), each.vain) for each in self.floors
            ),
            whole=self.whole,
            steady=self.steady,
        )


_KEPT: dict[tuple[str, int], tuple[Measure, Constraint[Choice]]] = {}
"""Steady measures in the solver's words, by their labels and ids; the first of each keeps its id its own."""


class SiteFact(NamedTuple):
    """A limit of the site in words, empty for the topic of the requirement, and where the profile has it."""

    text: str
    path: str


class Excess(NamedTuple):
    """How docs/solver.md describes a requirement: what is too much, in which unit, where that comes from."""

    of: str
    unit: str
    origin: str


class Requirement(NamedTuple):
    """Something that a layout must meet.

    `measures`: what it measures of the choices of a demand, nothing where it does not apply. `excess` is that in words.
    `topic` is what it is called beside others in a conflict, `says` what is wrong with the layout that misses it by the
    least, always with the numbers; `code` and `help` go with that. `weighs` are pinned amounts that belong to its
    conflicts though nothing else could change; `fact` is the limit of the site that it holds a layout to; `sum_of` what
    adds up to the amount. `is_hardware`: what the nodes have. `is_of_devices`: a picture of the GPUs explains it.
    `pin` is the pin that it keeps; such a requirement has no message of its own.
    """

    label: str
    excess: Excess
    measures: Callable[[DemandOnSite], Iterable[Measure]]
    topic: str = ""
    says: Callable[[Layout], str] | None = None
    code: str = "RL201"
    help: str = ""
    weighs: tuple[PinName, ...] = ()
    fact: Callable[[Layout], SiteFact] | None = None
    sum_of: Callable[[Layout], str] | None = None
    is_hardware: bool = False
    is_of_devices: bool = False
    pin: PinName | None = None

    def constraints(self, on_site: DemandOnSite) -> Iterable[Constraint[Choice]]:
        """Return what the solver has to meet for it."""
        return (measure.constraint(self.label) for measure in self.measures(on_site))


def steady(*measures: Measure) -> tuple[Measure, ...]:
    """Return measures that are the same of every demand that has them."""
    return tuple(each._replace(steady=True) for each in measures)


def always(*measures: Measure) -> Callable[[DemandOnSite], tuple[Measure, ...]]:
    """Return what is measured of every demand."""
    same = steady(*measures)
    return lambda _: same


def only_if(
    applies: Callable[[DemandOnSite], bool], *measures: Measure
) -> Callable[[DemandOnSite], tuple[Measure, ...]]:
    """Return what is measured of some demands."""
    same = steady(*measures)
    return lambda on_site: same if applies(on_site) else ()


def over(used: float, most: float | None) -> float:
    """The excess over a limit; 0 or None is a limit that nobody knows."""
    return used - most if most else 0.0


def unless(holds: Callable[[Choice], bool]) -> Callable[[Choice], float]:
    """Return an excess of 1 where something does not hold."""
    return lambda choice: 0 if holds(choice) else 1


def of_node(text: Callable[[Layout], str], key: str) -> Callable[[Layout], SiteFact]:
    """Return a fact about the nodes of a layout, under a key of its node type."""
    return lambda layout: SiteFact(text(layout), f"node_types.{layout.pool.node_type.name}.{key}")


def of_partition(layout: Layout) -> SiteFact:
    """Return where the profile has the limits of a layout's partition."""
    partition = layout.pool.partition
    return SiteFact("", f"partitions.{partition.name}" if partition else "partitions")


def of_cluster(key: str) -> Callable[[Layout], SiteFact]:
    """Return where the profile has something about the whole cluster."""
    return lambda _: SiteFact("", key)
