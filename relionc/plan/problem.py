"""Demand and site → Problem: the candidate values, the requirements with their names, the preferences.

The labels of constraints are `pin:NAME` (the user's), `site:NAME` (the profile's), `need:NAME` (the job's);
`relionc.plan.explain` turns them into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from math import ceil
from typing import TYPE_CHECKING, Any

from relionc.expr.slurm import constraint_allows, parse_constraint
from relionc.plan.layout import Layout, Place, make
from relionc.plan.model import HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1
from relionc.solve import Constraint, Objective, Problem, Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from relionc.catalog.types import RankRule
    from relionc.plan.demand import Demand
    from relionc.site.types import Cluster, NodeType

VARIABLES = ("place", "mode", "gpus", "per_node", "cpus_per_task", "amount")
MIB = 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """A demand on a cluster: what every candidate, requirement and preference looks at."""

    demand: Demand
    cluster: Cluster
    places: tuple[Place, ...]

    def layout(self, *values: Any) -> Layout:
        """Return the layout for values of VARIABLES, in that order."""
        place, mode, gpus, per_node, cpus_per_task, amount = values
        limit = self.memory_per_cpu() if mode == HETEROGENEOUS else 0
        return make(mode, place, gpus, per_node, cpus_per_task, amount, limit)

    def memory_per_cpu(self) -> int:
        """MiB per CPU of a heterogeneous job: pinned, needed by a rank, or the site's preference."""
        pinned = self.demand.pin("mem_per_cpu")
        if pinned is not None:
            return int(pinned)
        cpus = self.demand.pin("cpus_per_task") or self.cluster.policy.cpu_threads
        return max(self.cluster.policy.memory_per_cpu_mib, ceil(self.demand.rank_gib * MIB / cpus))


def places(cluster: Cluster) -> tuple[Place, ...]:
    """Return every partition with each of its node types, in the order of the profile (its preference)."""
    if not cluster.partitions:
        return tuple(Place(None, node, i) for i, node in enumerate(cluster.node_types.values()))
    pairs = [(p, cluster.node_types[n]) for p in cluster.partitions.values() for n in p.node_types]
    return tuple(Place(p, node, i) for i, (p, node) in enumerate(pairs))


def problem(asked: Asked) -> Problem:
    """Return the problem whose solutions are the feasible layouts of `asked`, best first."""
    domains = _Domains(asked)
    variables = tuple(Variable(name, getattr(domains, name)) for name in VARIABLES)
    return Problem(variables, (*_pins(asked), *_site(asked), *_needs(asked)), _objectives(asked))


# --- candidates ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Domains:
    """The candidate values of each variable. They follow from the wishes, but are wider than they are.

    A pinned value always comes with its neighbours, so that the nearest feasible change can be found.
    """

    asked: Asked

    def place(self, _: Mapping[str, Any]) -> Iterable[Place]:
        return self.asked.places

    def mode(self, _: Mapping[str, Any]) -> Iterable[str]:
        if self.asked.demand.serial:
            return (HOMOGENEOUS,) if self.asked.demand.gpu else (HETEROGENEOUS, HOMOGENEOUS)
        return (HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1)

    def gpus(self, values: Mapping[str, Any]) -> Iterable[int]:
        if not self.asked.demand.gpu:
            return (0,)
        node = values["place"].node_type
        here = node.gpus
        per_node = self.asked.demand.pin("gpus_per_node")
        total = self.asked.demand.pin("gpus")
        wanted = {per_node or 0, here, here // 2}
        if total is not None:
            wanted |= set(range(1, min(total, here or total) + 1))
        if self.asked.demand.serial or not any(wanted):
            wanted.add(1)  # a node without GPUs is ruled out by `need:gpu_node`, which can be explained
        return sorted((n for n in wanted if n > 0), reverse=True)

    def per_node(self, values: Mapping[str, Any]) -> Iterable[int]:
        if values["mode"] == HETEROGENEOUS:
            return (0,)
        demand, gpus = self.asked.demand, values["gpus"]
        wanted = {gpus * (demand.pin("ranks_per_gpu") or 1), 1}
        pinned = demand.pin("ntasks_per_node")
        if pinned is not None:
            wanted |= set(range(1, pinned + 2))
        nodes = demand.pin("nodes") or 1
        ntasks = demand.pin("ntasks") or (self.asked.cluster.policy.ntasks if not gpus else 0)
        wanted |= {ceil(ntasks / nodes), ceil((ntasks - 1) / nodes)}
        return sorted((n for n in wanted if n > 0), reverse=True)

    def cpus_per_task(self, values: Mapping[str, Any]) -> Iterable[int]:
        demand, node = self.asked.demand, values["place"].node_type
        wanted = {preferred_cpus(self.asked, node), node.threads_per_core, self._widest(values)}
        wanted |= _around(demand.pin("cpus_per_task"), node.threads_per_core)
        threads = demand.pin("threads")
        if threads is not None:
            wanted.add(ceil(threads / node.threads_per_core) * node.threads_per_core)
        return sorted(n for n in wanted if n > 0)

    def _widest(self, values: Mapping[str, Any]) -> int:
        """The most CPUs a task can have beside the others on its node, in whole cores."""
        node = values["place"].node_type
        tasks = values["per_node"] + (values["mode"] == HOMOGENEOUS_PLUS_1)
        preferred = preferred_cpus(self.asked, node)
        widest = most_cpus(node, values["gpus"]) // tasks if tasks and node.known else preferred
        return int(min(widest - widest % node.threads_per_core, preferred))

    def amount(self, values: Mapping[str, Any]) -> Iterable[int]:
        """Nodes, or tasks of a heterogeneous job."""
        demand = self.asked.demand
        if values["mode"] == HETEROGENEOUS:
            return sorted(self._tasks())
        wanted = {1, *_around(demand.pin("nodes"), 1)}
        ntasks, gpus = demand.pin("ntasks"), demand.pin("gpus")
        extra = values["mode"] == HOMOGENEOUS_PLUS_1
        if ntasks is not None:
            wanted.add(ceil((ntasks - extra) / values["per_node"]))
        if gpus is not None and values["gpus"]:
            wanted.add(ceil(gpus / values["gpus"]))
        return sorted(n for n in wanted if n > 0)

    def _tasks(self) -> set[int]:
        demand = self.asked.demand
        if demand.serial:
            return {1}
        wanted = {self.asked.cluster.policy.ntasks, *_around(demand.pin("ntasks"), 1)}
        wanted |= {rule.minimum for rule in demand.rank_rules}
        wanted |= {n + 1 for n in wanted}  # the next odd number
        return {n for n in wanted if n > 0}


def preferred_cpus(asked: Asked, node: NodeType) -> int:
    """CPUs per task that the site prefers for this kind of job on this node."""
    policy = asked.cluster.policy
    return (node.gpu_threads or policy.gpu_threads) if asked.demand.gpu else policy.cpu_threads


def most_cpus(node: NodeType, gpus: int) -> int:
    """CPUs a job may take on a node: all, or the site's share of each GPU it takes; 0: not known."""
    return min(node.cpus, node.cpus_per_gpu * gpus) if node.cpus_per_gpu and gpus else node.cpus


def _around(pinned: int | None, step: int) -> set[int]:
    """Return a pinned number with its neighbours, and those of its half and double."""
    if pinned is None:
        return set()
    return {pinned, pinned + step, pinned - step, pinned * 2, pinned // 2}


# --- requirements -------------------------------------------------------------------------------------------


def _distance(pinned: Any) -> Callable[[Any], float]:
    """How far a value is from the pinned one: by its share for numbers, otherwise all or nothing."""
    if isinstance(pinned, int):
        return lambda value: abs(float(value) - pinned) / max(pinned, 1)
    return lambda value: float(value != pinned)


def _pins(asked: Asked) -> list[Constraint]:
    """The values that the user fixed."""
    demand = asked.demand
    made: list[Constraint] = []

    def equal(name: str, variable: str, read: Callable[[Any], Any] = lambda value: value) -> None:
        pinned = demand.pin(name)
        if pinned is None:
            return
        far = _distance(pinned)
        made.append(
            Constraint(
                f"pin:{name}",
                (variable,),
                lambda value: read(value) == pinned,
                lambda value: far(read(value)),
            )
        )

    def of_layout(name: str, read: Callable[[Layout], Any]) -> None:
        pinned = demand.pin(name)
        if pinned is None:
            return
        far = _distance(pinned)
        made.append(
            Constraint(
                f"pin:{name}",
                VARIABLES,
                lambda *values: read(asked.layout(*values)) == pinned,
                lambda *values: far(read(asked.layout(*values))),
            )
        )

    equal("partition", "place", lambda place: place.partition.name if place.partition else None)
    equal("gpu_type", "place", lambda place: place.node_type.gpu_type)
    equal("layout", "mode")
    equal("gpus_per_node", "gpus")
    equal("cpus_per_task", "cpus_per_task")
    of_layout("nodes", lambda layout: layout.nodes)
    of_layout("ntasks", lambda layout: layout.ntasks)
    of_layout("ntasks_per_node", lambda layout: layout.per_node)
    of_layout("gpus", lambda layout: layout.nodes * layout.gpus_per_node)
    of_layout("ranks_per_gpu", lambda layout: layout.workers_per_node / max(layout.gpus_per_node, 1))
    return made + _features(demand)


def _features(demand: Demand) -> list[Constraint]:
    """Node features, in Slurm's grammar."""
    pinned = demand.pin("constraint")
    if pinned is None:
        return []
    wanted = parse_constraint(pinned)

    @cache
    def allowed(features: tuple[str, ...]) -> bool:
        return constraint_allows(wanted, features)

    return [
        Constraint(
            "pin:constraint",
            ("place",),
            lambda place: allowed(place.node_type.features),
            lambda place: float(not allowed(place.node_type.features)),
        )
    ]


def _site(asked: Asked) -> list[Constraint]:
    """The limits of nodes and partitions. A limit of 0 or None is one that nobody knows."""

    def fits(label: str, over: Callable[[Layout], float]) -> Constraint:
        return Constraint(
            f"site:{label}",
            VARIABLES,
            lambda *values: over(asked.layout(*values)) <= 0,
            lambda *values: max(0.0, over(asked.layout(*values))),
        )

    def limit(
        label: str, used: Callable[[Layout], float], most: Callable[[Place], float | None]
    ) -> Constraint:
        return fits(label, lambda layout: _over(used(layout), most(layout.place)))

    scratch = asked.demand.pin("scratch") or asked.demand.scratch_need_gib
    return [
        fits(
            "cpus", lambda layout: _over(layout.cpus, most_cpus(layout.place.node_type, layout.gpus_per_node))
        ),
        limit("gpus", lambda layout: layout.gpus_per_node, lambda place: place.node_type.gpus),
        limit("count", lambda layout: layout.nodes, lambda place: place.node_type.count),
        limit("max_nodes", lambda layout: layout.nodes, _max_nodes),
        limit("memory", lambda layout: allocated_mib(asked, layout), memory_limit),
        limit("max_mem_per_cpu", lambda layout: memory_per_cpu(asked, layout), _most_per_cpu),
        limit("max_time", lambda _: asked.demand.pin("time") or 0, _max_time),
        limit("scratch", lambda _: scratch, lambda place: place.node_type.scratch_gib),
        fits("whole_cores", _odd_cpus),
    ]


def _odd_cpus(layout: Layout) -> float:
    """CPUs per task beyond whole cores, where several tasks share a node.

    Slurm then allocates fewer CPUs than a step with the same `-c` wants, and the step waits for ever.
    """
    return layout.cpus_per_task % layout.place.node_type.threads_per_core if layout.fullest > 1 else 0


def memory_limit(place: Place) -> int:
    """MiB that a job may take on a node of `place`; 0: not known."""
    own = place.node_type.memory_mib
    capped = place.partition.max_memory_per_node_mib if place.partition else None
    return min(own, capped) if own and capped else own or capped or 0


def _over(used: float, most: float | None) -> float:
    return used - most if most else 0.0


def _max_nodes(place: Place) -> int | None:
    return place.partition.max_nodes if place.partition else None


def _max_time(place: Place) -> int | None:
    return place.partition.max_time_s if place.partition else None


def _most_per_cpu(place: Place) -> int | None:
    return place.partition.max_memory_per_cpu_mib if place.partition else None


def memory_per_cpu(asked: Asked, layout: Layout) -> int:
    """MiB per allocated CPU: pinned; else what the fullest node needs or the site prefers, as far as it has it."""
    pinned = asked.demand.pin("mem_per_cpu")
    if pinned is not None:
        return int(pinned)
    needed = ceil(layout.fullest * asked.demand.rank_gib * MIB / layout.cpus)
    limit = memory_limit(layout.place)
    preferred = asked.cluster.policy.memory_per_cpu_mib
    return min(max(preferred, needed), limit // layout.cpus) if limit else max(preferred, needed)


def allocated_mib(asked: Asked, layout: Layout) -> int:
    """MiB that Slurm allocates on the fullest node: per CPU it counts the rounded CPUs."""
    pinned = asked.demand.pin("mem")
    return int(pinned) if pinned is not None else memory_per_cpu(asked, layout) * layout.cpus


def _needs(asked: Asked) -> list[Constraint]:
    """What RELION needs to run at all."""
    demand = asked.demand
    made: list[Constraint] = []

    def need(label: str, missing: Callable[[Layout], float]) -> None:
        made.append(
            Constraint(
                f"need:{label}",
                VARIABLES,
                lambda *values: missing(asked.layout(*values)) <= 0,
                lambda *values: max(0.0, missing(asked.layout(*values))),
            )
        )

    for i, rule in enumerate(demand.rank_rules):
        need(f"ranks:{i}", partial(_ranks_off, rule))
    if demand.serial:
        need("serial", lambda layout: layout.ntasks - 1)
    if demand.one_rank_per_gpu and demand.gpu:
        need("rank_per_gpu", lambda layout: abs(layout.ntasks - layout.nodes * layout.gpus_per_node))
    if demand.gpu:
        made.append(
            Constraint(
                "need:gpu_node",
                ("place",),
                lambda place: place.node_type.gpus > 0 or not place.node_type.known,
                lambda place: float(place.node_type.gpus == 0),
            )
        )
    if demand.interactive:
        need("one_node", lambda layout: layout.nodes - 1)
    if demand.leader:
        need("mode", lambda layout: layout.mode == HETEROGENEOUS and bool(layout.gpus_per_node))
    if demand.rank_gib:
        need("memory", lambda layout: memory_missing(asked, layout))
    if demand.scratch and demand.pin("scratch") is not None:
        need("scratch", lambda _: demand.scratch_need_gib - demand.pin("scratch"))
    return made


def _ranks_off(rule: RankRule, layout: Layout) -> float:
    """By how many ranks a layout misses a bound that RELION enforces at run time."""
    off = max(0, rule.minimum - layout.ntasks)
    if rule.maximum is not None:
        off = max(off, layout.ntasks - rule.maximum)
    return max(off, 1 if rule.odd and layout.ntasks % 2 == 0 else 0)


def memory_missing(asked: Asked, layout: Layout) -> float:
    """GiB by which the ranks of the fullest node exceed what they may take there (<= 0: they fit)."""
    pinned = asked.demand.pin("mem") is not None or asked.demand.pin("mem_per_cpu") is not None
    limit = allocated_mib(asked, layout) if pinned else memory_limit(layout.place)
    return layout.fullest * asked.demand.rank_gib - limit / MIB if limit else 0.0


# --- preferences --------------------------------------------------------------------------------------------


def _objectives(asked: Asked) -> tuple[Objective, ...]:
    """From most to least important; the order is documented in docs/solver.md."""
    demand = asked.demand

    def cost(name: str, of: Callable[[Layout], float]) -> Objective:
        return Objective(name, VARIABLES, lambda *values: of(asked.layout(*values)))

    return (
        Objective("mode", ("mode",), lambda mode: _mode_rank(demand, mode)),
        Objective(
            "gpu nodes kept for GPU jobs", ("place",), lambda p: p.node_type.gpus > 0 and not demand.gpu
        ),
        cost("idle GPUs", lambda layout: _idle_gpus(demand, layout)),
        cost("fewer GPUs than a node has", lambda layout: _left_gpus(demand, layout)),
        cost("doubled GPUs", _doubled_gpus),
        cost("ranks", lambda layout: _rank_distance(asked, layout)),
        cost("nodes", lambda layout: layout.nodes),
        cost(
            "threads",
            lambda layout: abs(layout.cpus_per_task - preferred_cpus(asked, layout.place.node_type)),
        ),
        Objective("place", ("place",), lambda place: place.order),
    )


def _mode_rank(demand: Demand, mode: str) -> int:
    """Refine-type on GPUs → homogeneous+1, one rank per GPU → homogeneous, CPUs → heterogeneous.

    A CPU job with pinned nodes or tasks per node cannot be heterogeneous and is homogeneous.
    """
    if demand.gpu and demand.leader:
        order: tuple[str, ...] = (HOMOGENEOUS_PLUS_1, HOMOGENEOUS, HETEROGENEOUS)
    elif demand.gpu:
        order = (HOMOGENEOUS, HETEROGENEOUS, HOMOGENEOUS_PLUS_1)
    elif demand.pin("nodes") is None and demand.pin("ntasks_per_node") is None:
        order = (HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1)
    else:
        order = (HOMOGENEOUS, HOMOGENEOUS_PLUS_1, HETEROGENEOUS)
    return order.index(mode)


def _idle_gpus(demand: Demand, layout: Layout) -> int:
    workers = layout.workers_per_node or layout.fullest
    return max(0, layout.gpus_per_node - workers) if demand.gpu and not demand.serial else 0


def _left_gpus(demand: Demand, layout: Layout) -> int:
    """A worker per GPU of the node is the site's unit; a serial program takes one GPU."""
    if demand.serial:
        return max(0, layout.gpus_per_node - 1)
    return max(0, layout.place.node_type.gpus - layout.gpus_per_node) if layout.gpus_per_node else 0


def _doubled_gpus(layout: Layout) -> int:
    return layout.workers_per_node - layout.gpus_per_node if layout.gpus_per_node else 0


def _rank_distance(asked: Asked, layout: Layout) -> int:
    """A CPU job that pins nothing takes the site's usual number of ranks, or the next that RELION accepts."""
    if layout.gpus_per_node:
        return 0
    wanted = asked.cluster.policy.ntasks
    return layout.ntasks - wanted if layout.ntasks >= wanted else 1000 * (wanted - layout.ntasks)
