"""The values that each choice of a layout may take: all that there are, whatever the wishes and limits.

A requirement can be left out to see what it costs, a candidate that is missing can not; so domains look at no limit
but the hardware's, and go beyond it only as far as a wish does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.plan.gpus import highest, parse_ids
from relionc.plan.model import HETEROGENEOUS, HETJOB, HOMOGENEOUS, HOMOGENEOUS_PLUS_1, ONE_TASK_PER_NODE
from relionc.slurm.constraint import constraint_least, parse_constraint
from relionc.solve import Span, Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.plan.asked import Asked
    from relionc.plan.layout import Place

UNKNOWN = 64
"""The most CPUs and ranks that are tried on hardware that nobody has described."""


def variables(asked: Asked) -> tuple[Variable, ...]:
    """Return the choices in the order of search; each domain looks at the values of those that it names."""
    domains = _Domains(asked, {})
    return (
        Variable("place", domains.place, ()),
        Variable("mode", domains.mode, ()),
        Variable("leader", domains.leader, ("mode",)),
        Variable("gpus", domains.gpus, ("place",)),
        Variable("cpus_per_task", domains.cpus_per_task, ("place",)),
        Variable("per_node", domains.per_node, ("place", "mode")),  # GPUs say where to begin
        Variable("amount", domains.amount, ("place", "mode")),
    )


def preferred_modes(asked: Asked) -> tuple[str, ...]:
    """Return the modes that a job can have at all, those of the profile first and in its order.

    Of a job with a leader on GPUs, homogeneous+1 comes before homogeneous: the leader's place is no worker's.
    """
    demand, modes = asked.demand, asked.cluster.modes
    if not asked.slurm:  # nobody to place tasks: all run here
        possible: tuple[str, ...] = (HOMOGENEOUS, HOMOGENEOUS_PLUS_1)
    elif demand.serial:
        possible = (HOMOGENEOUS,) if demand.gpu else (HETEROGENEOUS, HOMOGENEOUS)
    else:
        possible = (HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1, ONE_TASK_PER_NODE, HETJOB)
    ordered = list(dict.fromkeys(mode for mode in (*modes, *possible) if mode in possible))
    if demand.gpu and demand.leader and HOMOGENEOUS_PLUS_1 in ordered:
        at = ordered.index(HOMOGENEOUS_PLUS_1)  # never later than the profile has it
        ordered.insert(min(at, ordered.index(HOMOGENEOUS)), ordered.pop(at))
    return tuple(ordered)


class _Domains(NamedTuple):
    """One method per variable; `amounts` are those found so far: a search asks for them at each partial assignment."""

    asked: Asked
    amounts: dict[tuple[int, bool], Span]

    def place(self, _: Mapping[str, Any]) -> Iterable[Place]:
        """The preferred first; but those without room for the usual number of ranks, or with idle GPUs, wait."""
        if self.asked.demand.gpu:
            return self.asked.places
        usual = self.asked.cluster.policy.ntasks
        return sorted(
            self.asked.places,
            key=lambda place: (_room_for(place) < usual, place.node_type.gpus, place.order),
        )

    def mode(self, _: Mapping[str, Any]) -> Iterable[str]:
        return preferred_modes(self.asked)

    def leader(self, values: Mapping[str, Any]) -> Iterable[Place | None]:
        """Where the leader is, if it has nodes of its own: nodes without GPUs."""
        if values["mode"] != HETJOB:
            return (None,)
        return [place for place in self.asked.places if not place.node_type.gpus] or (None,)

    def gpus(self, values: Mapping[str, Any]) -> Iterable[int]:
        """GPUs per node: all first, or one of a program that has no use for more."""
        demand, node = self.asked.demand, values["place"].node_type
        if not demand.gpu:
            return (0,)
        return sorted(
            {*range(1, node.gpus + 1), *self._wished_gpus()},
            reverse=not (demand.serial or demand.single_gpu),
        )

    def _wished_gpus(self) -> set[int]:
        """GPUs of a node that a wish could mean, whatever the node has."""
        demand = self.asked.demand
        if not demand.gpu:
            return set()
        wished = {
            demand.pin("gpus_per_node") or 1,
            highest(demand.gpu_ids) + 1,
            *_divisors(demand.pin("gpus") or 1),
        }
        if demand.pin("ntasks_per_node") and (demand.pin("ranks_per_gpu") or demand.one_rank_per_gpu):
            each, per_gpu = demand.pin("ntasks_per_node"), demand.pin("ranks_per_gpu") or 1
            wished |= {each // per_gpu, (each - 1) // per_gpu}
        return {gpus for gpus in wished if gpus > 0}

    def per_node(self, values: Mapping[str, Any]) -> Span:
        """Workers per node, the likely ones first; 0 where Slurm places them."""
        if values["mode"] == HETEROGENEOUS:
            return Span(0, 0, 0)
        demand, gpus, most = self.asked.demand, values["gpus"], values["place"].node_type.cpus or UNKNOWN
        per_gpu = demand.pin("ranks_per_gpu") or 1
        wanted = gpus * per_gpu if gpus else max(1, most // self.asked.preferred_cpus(values["place"]))
        return Span(1, most, min(wanted, most), tuple(sorted(self._wished(most))))

    def _wished(self, most: int) -> set[int]:
        """Workers beyond a node's CPUs that a wish could mean: such a wish is refused with its number."""
        demand = self.asked.demand
        each, ntasks = demand.pin("ntasks_per_node") or 1, demand.pin("ntasks") or 1
        sharing = [gpus * (demand.pin("ranks_per_gpu") or 1) for gpus in self._wished_gpus()]
        counts = {each, each - 1, *sharing, *(n + 1 for n in sharing)}
        counts |= {n for total in (ntasks, ntasks - 1) for n in _divisors(total)}
        counts |= {rule.minimum + more for rule in demand.rank_rules for more in (-1, 0, 1)}
        return {count for count in counts if count > most}

    def cpus_per_task(self, values: Mapping[str, Any]) -> Span:
        """CPUs of each rank, from the site's preference outward."""
        demand, place = self.asked.demand, values["place"]
        preferred = self.asked.preferred_cpus(place)
        most = place.node_type.cpus or max(UNKNOWN, preferred)
        high = max(most, demand.pin("cpus_per_task") or 1, demand.pin("threads") or 1)
        return Span(1, high, min(preferred, high))

    def amount(self, values: Mapping[str, Any]) -> Span:
        """Nodes, or tasks of a heterogeneous job: as many as there could be, or are wished for."""
        place, tasks = values["place"], values["mode"] == HETEROGENEOUS
        key = place.order, tasks
        if key not in self.amounts:
            self.amounts[key] = self._amount(place, tasks=tasks)
        return self.amounts[key]

    def _amount(self, place: Place, *, tasks: bool) -> Span:
        demand = self.asked.demand
        wished = [demand.pin(name) or 1 for name in ("nodes", "ntasks", "gpus")]
        least = [rule.minimum + 1 for rule in demand.rank_rules]
        usual, listed = self.asked.cluster.policy.ntasks + 1, len(parse_ids(demand.gpu_ids))
        needed = (place.partition.min_nodes if place.partition else None) or 1
        if demand.pin("constraint") is not None:
            needed = max(needed, constraint_least(parse_constraint(demand.pin("constraint"))))
        there = place.alike * (place.node_type.cpus or 1) if tasks else place.alike
        return Span(1, max(there, needed, usual, listed, *wished, *least), 1)


def _room_for(place: Place) -> int:
    """CPUs that one job can have at a place; more than any job asks for where that is not known."""
    most = place.partition.max_nodes if place.partition else None
    return min(place.alike, most or place.alike) * (place.room.cpus or 1 << 30)


def _divisors(number: int) -> list[int]:
    small = [n for n in range(1, int(number**0.5) + 1) if number % n == 0]
    return small + [number // n for n in small]
