"""The third solver: the problem of docs/solver.md as integer arithmetic, solved by OR-tools CP-SAT.

Nothing here lists layouts. Place, mode, leader, GPUs, CPUs, workers and nodes are variables, what follows from them
are products, quotients and maxima of variables, requirements are inequalities. Only RELION's mapping of ranks to
GPUs comes from a table, made by counting threads. Memory is in MiB, so that all numbers are whole.

Only what a layout that meets everything can be is asked: a node's CPUs bound workers and CPUs per task, the nodes of
the site bound theirs. Costs are minimised in the order of the page, several at once where their weighted sum is safe.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ortools.sat.python import cp_model

from relionc.slurm.constraint import ALL, FEATURE, SAME, SPLIT, NodeConstraint, parse_constraint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HETEROGENEOUS, HOMOGENEOUS, PLUS_1, ONE_TASK, HETJOB = (
    "heterogeneous",
    "homogeneous",
    "homogeneous+1",
    "one-task-per-node",
    "hetjob",
)
MODES = (HETEROGENEOUS, HOMOGENEOUS, PLUS_1, HETJOB, ONE_TASK)
SAFE = 1 << 50
"""A weighted sum of costs stays below this: CP-SAT computes with 64 bits."""
ANY = 1 << 30
USUAL_TIME = 86400  # policy.time
MUCH = 1 << 24  # MiB; more than any node, and products of it are no overflow
"""More than any limit."""


def best(instance: dict[str, Any]) -> dict[str, float] | None:
    """Return the costs of the best layout by the names of the page, or None if there is none."""
    return solved(stated(instance))


def stated(instance: dict[str, Any]) -> _Layout:
    """Return the model of an instance, without solving it."""
    layout = _Layout(instance)
    layout.require()
    layout.weigh()
    return layout


def solved(layout: _Layout) -> dict[str, float] | None:
    """Minimise one group of costs after another."""
    found = None
    for group in layout.groups():
        weights = [prod(layout.m.span(cost) for cost in group[i + 1 :]) for i in range(len(group))]
        total = sum(weight * cost for weight, cost in zip(weights, group, strict=True))
        layout.m.model.minimize(total)
        solver = _solver()
        status = solver.solve(layout.m.model)
        if status == cp_model.INFEASIBLE:
            return None
        assert status == cp_model.OPTIMAL, solver.status_name(status)
        found = {name: solver.value(cost) / layout.scale(name) for name, cost in layout.costs.items()}
        for cost in group:
            layout.m.model.add(cost == solver.value(cost))
    return found


def _solver() -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 0
    solver.parameters.cp_model_probing_level = 0
    return solver


# --- arithmetic with bounds -----------------------------------------------------------------------------------


class _Arithmetic:
    """Integer variables whose bounds are known, and what is computed of them."""

    def __init__(self) -> None:
        self.model = cp_model.CpModel()
        self._bounds: dict[int, tuple[int, int]] = {}

    def number(self, low: int, high: int) -> cp_model.IntVar:
        found = self.model.new_int_var(low, high, "")
        self._bounds[found.index] = low, high
        return found

    def fixed(self, value: int) -> cp_model.IntVar:
        return self.number(value, value)

    def bounds(self, x: cp_model.IntVar) -> tuple[int, int]:
        return self._bounds.get(x.index, (0, 1))

    def span(self, x: cp_model.IntVar) -> int:
        low, high = self.bounds(x)
        return high - low + 1

    def total(self, *terms: tuple[int, cp_model.IntVar], plus: int = 0) -> cp_model.IntVar:
        """Return a sum of multiples."""
        ends = [sorted(factor * end for end in self.bounds(x)) for factor, x in terms]
        found = self.number(plus + sum(each[0] for each in ends), plus + sum(each[1] for each in ends))
        self.model.add(found == sum(factor * x for factor, x in terms) + plus)
        return found

    def times(self, x: cp_model.IntVar, y: cp_model.IntVar) -> cp_model.IntVar:
        ends = [a * b for a in self.bounds(x) for b in self.bounds(y)]
        found = self.number(min(ends), max(ends))
        self.model.add_multiplication_equality(found, [x, y])
        return found

    def over(self, x: cp_model.IntVar, y: cp_model.IntVar) -> cp_model.IntVar:
        """Return x / y rounded down; neither is negative."""
        (low, high), (least, most) = self.bounds(x), self.bounds(y)
        assert low >= 0
        found = self.number(low // most, high // max(1, least))
        self.model.add_division_equality(found, x, y)
        return found

    def over_up(self, x: cp_model.IntVar, y: cp_model.IntVar) -> cp_model.IntVar:
        """Return x / y rounded up."""
        (low, high), (least, most) = self.bounds(x), self.bounds(y)
        above = self.number(max(0, low) + least - 1, high + most - 1)
        self.model.add(above == x + y - 1)
        found = self.number(-(-max(0, low) // most), -(-high // least))
        self.model.add_division_equality(found, above, y)
        return found

    def most(self, *xs: cp_model.IntVar) -> cp_model.IntVar:
        found = self.number(max(self.bounds(x)[0] for x in xs), max(self.bounds(x)[1] for x in xs))
        self.model.add_max_equality(found, xs)
        return found

    def least(self, *xs: cp_model.IntVar) -> cp_model.IntVar:
        found = self.number(min(self.bounds(x)[0] for x in xs), min(self.bounds(x)[1] for x in xs))
        self.model.add_min_equality(found, xs)
        return found

    def positive(self, x: cp_model.IntVar) -> cp_model.IntVar:
        return self.most(x, self.fixed(0))

    def chosen(self, cases: Iterable[tuple[cp_model.IntVar, cp_model.IntVar]]) -> cp_model.IntVar:
        """Return the number beside the one literal that is true."""
        cases = list(cases)
        found = self.number(
            min(self.bounds(x)[0] for _, x in cases), max(self.bounds(x)[1] for _, x in cases)
        )
        for literal, x in cases:
            self.model.add(found == x).only_enforce_if(literal)
        return found

    def one_of(self, literals: Sequence[cp_model.IntVar], values: Sequence[int]) -> cp_model.IntVar:
        """Return the value beside the one literal that is true."""
        found = self.number(min(values), max(values))
        self.model.add(found == sum(value * literal for value, literal in zip(values, literals, strict=True)))
        return found

    def of(self, x: cp_model.IntVar, function: Callable[[int], int]) -> cp_model.IntVar:
        """Return a function of a number, by a table of its values."""
        low, high = self.bounds(x)
        values = [function(at) for at in range(low, high + 1)]
        if len(set(values)) == 1:
            return self.fixed(values[0])
        found = self.number(min(values), max(values))
        self.model.add_element(x - low, values, found)
        return found

    def whether(self, x: cp_model.IntVar, at_least: int) -> cp_model.IntVar:
        """Return the literal of x >= at_least."""
        literal = self.model.new_bool_var("")
        self.model.add(x >= at_least).only_enforce_if(literal)
        self.model.add(x < at_least).only_enforce_if(literal.negated())
        return literal


# --- the site -------------------------------------------------------------------------------------------------


HARDWARE = ("cpus", "core", "memory", "gpu_type", "gpus", "vram", "cpus_per_gpu")
"""What makes two kinds of nodes the same for a layout; scratch if the job takes some."""


class Place(NamedTuple):
    """A partition with one of its node types, and the limits that hold there."""

    partition: dict[str, Any]
    node: dict[str, Any]
    cpus: int
    memory: int


def places(site: dict[str, Any], *, limited: bool) -> list[Place]:
    """Return all places, the preferred first; of a job that says its time limit, a partition's does not matter."""
    nodes = {node["name"]: node for node in site["node_types"]}
    nowhere = [{"name": "", "default": False, "node_types": [name]} for name in nodes]
    found: list[Place] = []
    for partition in site["partitions"] or nowhere:
        cpus, memory = partition.get("max_cpus_per_node") or ANY, partition.get("max_mem_per_node") or ANY
        here = (nodes[name] for name in partition["node_types"])
        found += [
            Place(partition, node, min(node["cpus"], cpus), min(node["memory"], memory)) for node in here
        ]
    return sorted(found, key=lambda place: (not limited and _cuts_the_usual_time(place), *_preference(place)))


def _cuts_the_usual_time(place: Place) -> bool:
    return (place.partition.get("max_time") or ANY) < USUAL_TIME


def _preference(place: Place) -> tuple[Any, ...]:
    partition = place.partition
    return (not partition["default"],)


def _alike(instance: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    """Return the node types of the partition that Slurm may take as well: as good for this job."""
    demand, nodes = instance["demand"], instance["site"]["node_types"]
    scratch = demand["pins"].get("scratch", demand["scratch"])

    def as_good(node: dict[str, Any]) -> bool:
        disk = node["scratch"] or ANY
        return scratch <= disk and all(node[key] == place.node[key] for key in HARDWARE)

    there = [node for node in nodes if node["name"] in place.partition["node_types"]]
    return [node for node in there if node is place.node or as_good(node)]


def _allows(wanted: NodeConstraint, features: Sequence[str]) -> bool:
    if wanted.kind == FEATURE:
        return wanted.name in features
    some = all if wanted.kind == ALL else any
    return some(_allows(part, features) for part in wanted.parts)


class Wanted(NamedTuple):
    """What the constraint means at a place: whether it is allowed, how many nodes there are, how many it wants."""

    allowed: bool
    there: int
    least: int


def _wanted(instance: dict[str, Any], place: Place) -> Wanted:
    alike = _alike(instance, place)
    text = instance["demand"]["pins"].get("constraint")
    if text is None:
        return Wanted(True, sum(node["count"] for node in alike), 1)
    wanted = parse_constraint(text)
    parts = wanted.parts if wanted.kind == SAME else (wanted,)
    there = max(sum(n["count"] for n in alike if _allows(part, n["features"])) for part in parts)
    least = sum(part.count for part in wanted.parts) if wanted.kind == SPLIT else 1
    return Wanted(_allows(wanted, place.node["features"]), there, least)


# --- GPUs -----------------------------------------------------------------------------------------------------


class Use(NamedTuple):
    """How workers use the GPUs of a node, or of all: workers of the busiest and the idlest GPU, some on several."""

    busiest: int
    idlest: int
    on_several: int


@lru_cache(maxsize=1 << 20)
def node_use(workers: int, gpus: int, threads: int) -> Use:
    """Return RELION's mapping on one node: any `workers` that follow each other have every rest once."""
    on: list[set[int]] = [set() for _ in range(gpus)]
    several = 0
    for worker in range(workers):
        devices = {gpus * (worker * threads + i) // (workers * threads) for i in range(threads)}
        several += len(devices) > 1
        for device in devices:
            on[device].add(worker)
    counts = [len(each) for each in on]
    return Use(max(counts), min(counts), several)


def listed_use(entries: Sequence[Sequence[int]], counts: Sequence[int], gpus: int, threads: int) -> Use:
    """Return the mapping by a list that is repeated, over all nodes."""
    first, lows, highs, several = 0, [], [], 0
    for workers in counts:
        used = [0] * gpus
        for worker in range(first, first + workers):
            devices = set(entries[worker % len(entries)][:threads])
            several += len(devices) > 1
            for device in devices:
                used[device] += 1
        first += workers
        lows.append(min(used))
        highs.append(max(used))
    return Use(max(highs), min(lows), several)


def ranks_use(entries: Sequence[Sequence[int]], counts: Sequence[int], gpus: int) -> Use:
    """Return MotionCor2's mapping by a list: entry by entry."""
    first, lows, highs = 0, [], []
    for ranks in counts:
        used = [0] * gpus
        for rank in range(first, first + ranks):
            for device in entries[rank]:
                used[device] += 1
        first += ranks
        lows.append(min(used))
        highs.append(max(used))
    return Use(max(highs), min(lows), 0)


def _entries(ids: str) -> list[list[int]]:
    return [[int(device) for device in entry.split(",")] for entry in ids.split(":")] if ids else []


# --- the model ------------------------------------------------------------------------------------------------


class _Layout:
    """The variables of the page, what follows from them, the requirements and the costs."""

    def __init__(self, instance: dict[str, Any]) -> None:
        self.m = _Arithmetic()
        self.instance = instance
        self.site, self.demand = instance["site"], instance["demand"]
        self.pins: dict[str, Any] = self.demand["pins"]
        self.memory = self.demand["memory"]
        self.exclusive = bool(self.pins.get("exclusive"))
        self.places = places(self.site, limited="time" in self.pins)
        self.costs: dict[str, cp_model.IntVar] = {}
        self._choose()
        self._count()
        self._give_memory()

    # --- variables ---

    def _choose(self) -> None:
        m, nodes = self.m, self.site["node_types"]
        most = max(place.cpus for place in self.places)
        there = sum(node["count"] for node in nodes)
        self.at = [m.model.new_bool_var("") for _ in self.places]
        m.model.add_exactly_one(self.at)
        self.mode = {mode: m.model.new_bool_var(mode) for mode in MODES}
        m.model.add_exactly_one(self.mode.values())
        self.leads_at = [m.model.new_bool_var("") for _ in self.places]
        m.model.add(sum(self.leads_at) == self.mode[HETJOB])
        self.gpus = m.number(1, max(1, *(n["gpus"] for n in nodes))) if self.demand["gpu"] else m.fixed(0)
        self.c = m.number(1, most)
        one = self.pins.get("threads", 0 if self.demand["threads"] else 1)
        self.threads = m.fixed(one) if one else self.c
        self.w = m.number(0, most)
        self.amount = m.number(1, there * most)
        self.het = self.mode[HETEROGENEOUS]
        m.model.add(self.w == 0).only_enforce_if(self.het)
        m.model.add(self.w >= 1).only_enforce_if(self.het.negated())

    def here(self, value: Callable[[Place], int]) -> cp_model.IntVar:
        """Return what the chosen place has."""
        return self.m.one_of(self.at, [value(place) for place in self.places])

    def pick(self, heterogeneous: cp_model.IntVar, other: cp_model.IntVar) -> cp_model.IntVar:
        return self.m.chosen([(self.het, heterogeneous), (self.het.negated(), other)])

    # --- ranks, nodes, CPUs ---

    def _count(self) -> None:
        """State ranks R, workers W, nodes N, the ranks of the fullest node F and its CPUs A."""
        m, mode, leader = self.m, self.mode, int(self.demand["leader"])
        there = sum(node["count"] for node in self.site["node_types"])
        beside = m.total((1, mode[PLUS_1]), (leader, mode[ONE_TASK]))
        self.n = m.number(1, there)
        self.here_cpus, self.here_memory = self.here(lambda p: p.cpus), self.here(lambda p: p.memory)
        self.node_memory = self.here(lambda p: p.node["memory"])
        self.limit_of_node = self.here(lambda p: p.partition.get("max_mem_per_node") or MUCH)
        self.by_node = "mem" in self.pins or self.site["memory_flag"] == "per_node"
        self.core = self.here(lambda p: p.node["core"])
        self.ranks = self.pick(
            self.amount, m.total((1, m.times(self.w, self.n)), (1, beside), (1, mode[HETJOB]))
        )
        self.led = m.whether(self.ranks, 2) if leader else m.fixed(0)
        self.workers = m.total((1, self.ranks), (-1, self.led))
        self.fit = m.number(1, m.bounds(self.here_cpus)[1])  # f; what it is, memory says
        self.on_node = m.total((1, self.w), (1, beside))
        self.fullest = m.number(1, max(m.bounds(self.on_node)[1], m.bounds(self.fit)[1]))
        m.model.add(self.n == self.amount).only_enforce_if(self.het.negated())
        fewest = self.here(lambda p: p.partition.get("min_nodes") or 1)
        filled = m.most(m.over_up(self.amount, self.fit), m.least(fewest, self.amount))
        m.model.add(self.n == filled).only_enforce_if(self.het)
        m.model.add(self.fullest == self.pick(self._together(fewest), self.on_node))
        self.used_cpus = m.times(self.fullest, self.c)
        self.all_cpus = self.here(lambda p: p.node["cpus"])
        self.allocated = self.all_cpus if self.exclusive else self.rounded(self.used_cpus)
        self._share_out(beside)

    def _together(self, fewest: cp_model.IntVar) -> cp_model.IntVar:
        """Return how many tasks Slurm puts on a node, where it places them; one is kept for each of the fewest."""
        m = self.m
        if self.exclusive:
            return m.over_up(self.amount, self.n)
        core = self.here(lambda p: p.node["core"])
        each = m.times(m.over_up(self.c, core), core)
        kept = m.times(m.total((1, fewest), plus=-1), each)
        left = m.positive(m.total((1, m.times(self.amount, self.c)), (-1, kept)))
        return m.most(m.least(self.fit, m.over(left, self.c)), m.fixed(1))

    def rounded(self, cpus: cp_model.IntVar) -> cp_model.IntVar:
        """Return whole cores."""
        return self.m.times(self.m.over_up(cpus, self.core), self.core)

    def _share_out(self, beside: cp_model.IntVar) -> None:
        """State the workers of the first node, and of the others, if there are any (else of the first again)."""
        m = self.m
        inside = m.model.new_bool_var("")  # the leader takes a worker's place
        m.model.add_multiplication_equality(inside, [self.mode[HOMOGENEOUS], self.led])
        extra = beside if not self.demand["leader"] else m.fixed(0)
        self.inside = inside
        self.on_first = m.number(0, m.bounds(self.w)[1] + 1)
        m.model.add(self.on_first == self.w - inside + extra)
        self.several = m.whether(self.n, 2)
        self.on_others = m.chosen([(self.several, self.w), (self.several.negated(), self.on_first)])

    # --- memory ---

    def mib(self, what: str, *, sure: bool) -> cp_model.IntVar:
        """Return MiB of a `worker`, a `leader`, a worker's on its GPU (`vram`), with so many threads."""
        memory = self.memory
        per_thread = memory.get(f"{what}_per_thread", 0)
        base = memory[what] + (0 if sure else memory[f"{what}_assumed"])
        return self.m.total((_whole(per_thread * 1024), self.threads), plus=_whole(base * 1024))

    def rank_mib(self, *, sure: bool, led: bool = False) -> cp_model.IntVar:
        """Return what a rank takes of which nobody knows where it is."""
        worker, leader = self.mib("worker", sure=sure), self.mib("leader", sure=sure)
        if not self.demand["leader"]:
            return worker
        return self.m.most(worker, leader if led else self.m.times(leader, self.led))

    def need_mib(self, *, sure: bool) -> cp_model.IntVar:
        """Return what the ranks of the fullest node take: of the first, with the leader, or of another."""
        m, worker = self.m, self.mib("worker", sure=sure)
        first = m.times(self.on_first, worker)
        if self.demand["leader"]:
            here = m.model.new_bool_var("")  # the leader is on a node with workers
            m.model.add(here == 0).only_enforce_if(self.mode[HETJOB])
            m.model.add(here == self.led).only_enforce_if(self.mode[HETJOB].negated())
            first = m.total((1, first), (1, m.times(self.mib("leader", sure=sure), here)))
        return m.most(first, m.times(self.on_others, worker))

    def _give_memory(self) -> None:
        """State memory per CPU M, and with it the tasks that fit on a node."""
        m = self.m
        self.preferred = self.here(self._preferred_mib)
        if "mem_per_cpu" in self.pins:
            self.per_cpu = m.fixed(self.pins["mem_per_cpu"])
        else:
            of_one = self.all_cpus if self.exclusive else self.rounded(self.c)
            needed = self._assumed_gives_way(
                *(
                    self.pick(
                        m.over_up(self.rank_mib(sure=sure), self.c),
                        m.over_up(self.need_mib(sure=sure), self.allocated),
                    )
                    for sure in (True, False)
                )
            )
            counted = self.pick(of_one, self.allocated)
            most = m.over(self.node_memory, counted)
            limit = m.over(self.limit_of_node, counted if self.by_node else self._limited_cpus())
            self.per_cpu = m.least(m.most(self._gives_way(self.preferred), needed), m.least(most, limit))
        cpus = self.here_cpus
        if not self.exclusive:
            by_memory = m.over(self.node_memory, self._at_least_one(self.per_cpu))
            cpus = m.least(cpus, m.times(m.over(by_memory, self.core), self.core))
        fit = self._at_least_one(m.over(cpus, self.c))
        m.model.add(self.fit == fit).only_enforce_if(self.het)
        m.model.add(self.fit == 1).only_enforce_if(self.het.negated())
        self.given = m.times(self.per_cpu, self.allocated)

    def _assumed_gives_way(self, sure: cp_model.IntVar, assumed: cp_model.IntVar) -> cp_model.IntVar:
        """Return the MiB per CPU that are needed: of what is assumed no more than the partition's limit."""
        return self.m.most(sure, self._gives_way(assumed))

    def _gives_way(self, mib: cp_model.IntVar) -> cp_model.IntVar:
        """Return MiB per CPU, no more than the partition's limit; by node it holds for the CPUs that tasks ask for."""
        m = self.m
        limit = self.here(lambda p: p.partition.get("max_mem_per_cpu") or MUCH)
        if self.by_node:
            limit = m.over(m.times(limit, self.used_cpus), self.allocated)
        return m.least(mib, limit)

    def _limited_cpus(self) -> cp_model.IntVar:
        """Return the CPUs by which memory by CPU is multiplied for the partition's limit: L."""
        if not self.exclusive:
            return self._at_least_one(self.pick(self.c, self.m.times(self.on_node, self.c)))
        nodes = {node["name"]: node["cpus"] for node in self.site["node_types"]}
        return self.here(lambda p: max(nodes[name] for name in p.partition["node_types"]))

    def _at_least_one(self, x: cp_model.IntVar) -> cp_model.IntVar:
        return self.m.most(x, self.m.fixed(1))

    def _preferred_mib(self, place: Place) -> int:
        del place
        return int(self.site["policy"]["mem_per_cpu"])

    def missing_mib(self, *, sure: bool) -> cp_model.IntVar:
        """Return the MiB by which ranks take more than they may, or minus what is left."""
        m = self.m
        there = self.here_memory
        if "mem" in self.pins:
            there = m.fixed(self.pins["mem"])
        elif "mem_per_cpu" in self.pins:
            there = self.given
        elif not sure:
            limit = self.here(lambda p: p.partition.get("max_mem_per_cpu") or p.memory)
            there = m.least(there, m.times(limit, self.allocated))
        anywhere = m.total((1, self.rank_mib(sure=sure)), (-1, m.times(self.per_cpu, self.c)))
        return self.pick(anywhere, m.total((1, self.need_mib(sure=sure)), (-1, there)))

    # --- requirements ---

    def require(self) -> None:
        self._require_place()
        self._require_mode()
        self._require_pins()
        self._require_ranks()
        self._require_node()
        if self.demand["gpu"]:
            self._require_gpus()

    def _require_place(self) -> None:
        for place, literal in zip(self.places, self.at, strict=True):
            if not self._may_be_at(place):
                self.m.model.add(literal == 0)
        scratch = self.demand["scratch"]
        if scratch > self.pins.get("scratch", scratch):
            self.m.model.add_bool_or([])

    def _may_be_at(self, place: Place) -> bool:
        pins, demand, node, partition = self.pins, self.demand, place.node, place.partition
        return (
            pins.get("partition", partition["name"]) == partition["name"]
            and pins.get("gpu_type", node["gpu_type"]) == node["gpu_type"]
            and pins.get("time", 0) <= (partition.get("max_time") or ANY)
            and pins.get("scratch", demand["scratch"]) <= (node["scratch"] or ANY)
            and (not demand["gpu"] or node["gpus"] > 0)
            and not (self.exclusive and node["cpus"] > (partition.get("max_cpus_per_node") or ANY))
            and _wanted(self.instance, place).allowed
        )

    def _require_mode(self) -> None:
        for mode, literal in self.mode.items():
            if not self._may_be(mode):
                self.m.model.add(literal == 0)
        leader = self.mib("leader", sure=True)
        for place, literal in zip(self.places, self.leads_at, strict=True):
            partition = place.partition
            late = self.pins.get("time", 0) > (partition.get("max_time") or ANY)
            short = self._cpus_of_leader(place) > place.cpus
            if place.node["gpus"] or late or short or (partition.get("min_nodes") or 1) > 1:
                self.m.model.add(literal == 0)
            self.m.model.add(leader <= place.memory).only_enforce_if(literal)

    def _cpus_of_leader(self, place: Place) -> int:
        """Return whole cores: one, or as many as are needed where a CPU may have only so much memory."""
        memory, core = self.memory, place.node["core"]
        most = place.partition.get("max_mem_per_cpu")
        usual = self.site["policy"]["mem_per_cpu"]
        takes = _whole((memory["leader"] + memory["leader_assumed"]) * 1024) if self.demand["leader"] else 0
        mib = min(max(core * min(usual, most or usual), takes), place.memory)
        return int(-(-max(core, -(-mib // most) if most else 1) // core) * core)

    def _may_be(self, mode: str) -> bool:
        demand = self.demand
        modes = MODES
        if demand["serial"]:
            modes = (HOMOGENEOUS,) if demand["gpu"] else (HETEROGENEOUS, HOMOGENEOUS)
        if demand["interactive"]:
            modes = tuple(each for each in modes if each not in (HETJOB, ONE_TASK))
        if demand["gpu"] or "mem" in self.pins or self.site["memory_flag"] == "per_node":
            modes = tuple(each for each in modes if each != HETEROGENEOUS)
        if not (demand["gpu"] and demand["leader"]):
            modes = tuple(each for each in modes if each != HETJOB)
        return mode in modes and mode in self.site["modes"] and self.pins.get("layout", mode) == mode

    def _require_pins(self) -> None:
        model, pins = self.m.model, self.pins
        if {"nodes", "gpus", "ntasks_per_node"} & set(pins):
            model.add(self.het == 0)
        if "nodes" in pins:
            model.add(self.n == pins["nodes"])
        if "ntasks" in pins:
            model.add(self.ranks == pins["ntasks"])
        if "ntasks_per_node" in pins:
            model.add(self.on_node == pins["ntasks_per_node"])
        if "cpus_per_task" in pins:
            model.add(self.c == pins["cpus_per_task"])
        if "threads" in pins:
            model.add(self.c >= pins["threads"])
        if "gpus_per_node" in pins:
            model.add(self.gpus == pins["gpus_per_node"])
        if "gpus" in pins:
            model.add(self.m.times(self.n, self.gpus) == pins["gpus"])
        if "ranks_per_gpu" in pins:
            model.add(self.w == pins["ranks_per_gpu"] * self.gpus)
            if self.demand["leader"]:
                model.add(self.w <= 1).only_enforce_if(self.mode[HOMOGENEOUS])

    def _require_ranks(self) -> None:
        model, demand = self.m.model, self.demand
        for rule in demand["rules"]:
            model.add(self.ranks >= rule["minimum"])
            model.add(self.ranks <= (rule["maximum"] or ANY))
            if rule["odd"]:
                model.add_modulo_equality(1, self.ranks, 2)
        if demand["serial"]:
            model.add(self.ranks == 1)
        model.add(self.workers <= (demand["items"] or ANY))

    def _require_node(self) -> None:
        m, model = self.m, self.m.model
        # a leader apart is on a node without GPUs, and its workers on nodes with some: no node is for both
        model.add(self.n <= self.here(lambda p: _wanted(self.instance, p).there))
        model.add(self.n >= self.here(lambda p: _wanted(self.instance, p).least))
        model.add(self.n <= self.here(lambda p: p.partition.get("max_nodes") or ANY))
        model.add(self.n >= self.here(lambda p: p.partition.get("min_nodes") or 0))
        if self.demand["interactive"]:
            model.add(self.n == 1)
        asked_for = m.times(self.on_node, self.c)
        together = self.rounded(asked_for)
        model.add(self.pick(self.c, asked_for) <= self.here_cpus)
        model.add(self.pick(self.rounded(self.c), together) <= self.all_cpus)
        if self.demand["gpu"]:
            each = self.here(lambda p: p.node["cpus_per_gpu"] or ANY)
            model.add(together <= m.times(each, self.gpus))
        if self.exclusive and self.demand["gpu"]:
            model.add(self.gpus == self.here(lambda p: p.node["gpus"])).only_enforce_if(self.mode[ONE_TASK])
        self._require_whole_cores()
        pinned = self.pins.get("mem")
        job = self.given if pinned is None else m.fixed(pinned)
        model.add(job <= self.node_memory)
        per_cpu = self.here(lambda p: p.partition.get("max_mem_per_cpu") or MUCH)
        if self.by_node:
            model.add(job <= self.limit_of_node)
            model.add(job <= m.times(per_cpu, self.used_cpus))
        else:
            model.add(m.times(self.per_cpu, self._limited_cpus()) <= self.limit_of_node)
            model.add(self.per_cpu <= per_cpu)
        model.add(self.missing_mib(sure=True) <= 0)

    def _require_whole_cores(self) -> None:
        m = self.m
        part = m.number(0, m.bounds(self.core)[1])
        m.model.add_modulo_equality(part, self.c, self.core)
        alone = m.whether(self.fullest, 2).negated()
        many = m.whether(self.c, 2)
        fine = m.model.new_bool_var("")
        m.model.add(part == 0).only_enforce_if(fine)
        m.model.add_bool_or([fine, alone, many.negated(), self.mode[ONE_TASK]])

    # --- GPUs ---

    def _require_gpus(self) -> None:
        m, model, demand = self.m, self.m.model, self.demand
        entries = _entries(self.pins.get("gpu_ids", ""))
        sharing = self.pins.get("ranks_per_gpu", 1)
        model.add(self.gpus <= self.here(lambda p: p.node["gpus"]))
        model.add(self.gpus > max((max(entry) for entry in entries), default=0))
        if demand.get("single_gpu"):
            model.add(self.gpus == 1)
            model.add(self.n == 1)
        if demand["one_rank_per_gpu"]:
            model.add(self.on_node == self.w)
            devices = [device for entry in entries for device in entry]
            if len(set(devices)) == len(devices) == len(entries):
                model.add(self.w == self.gpus * sharing)
            model.add(self.ranks <= (len(entries) or ANY))
        self.busiest = m.number(1, m.bounds(self.on_first)[1])
        if demand["one_rank_per_gpu"] and not entries:
            model.add(self.busiest == sharing)  # G ranks that follow each other have each rest by G once
        elif entries:
            self._use_gpus_by_job(entries)
        else:
            self._use_gpus_by_node()
        here = self.here(lambda p: (p.node["vram"] or ANY) * 1024)
        self.vram = m.times(self.busiest, self.mib("vram", sure=True))
        model.add(self.vram <= here)

    def _use_gpus_by_node(self) -> None:
        """State what may be on a node: no idle GPU, no rank on two, and an even share."""
        m, threads = self.m, self.threads
        most = max(place.cpus for place in self.places)
        rows = [
            (workers, gpus, t, use.busiest)
            for t in range(m.bounds(threads)[0], min(most, m.bounds(threads)[1]) + 1)
            for workers in range(1, most // t + 1)
            for gpus in range(1, m.bounds(self.gpus)[1] + 1)
            for use in (node_use(workers, gpus, t),)
            if self._may_use(use, workers, gpus)
        ]
        first, others = (m.number(1, m.bounds(self.on_first)[1]) for _ in range(2))
        for workers, busiest in ((self.on_first, first), (self.on_others, others)):
            m.model.add_allowed_assignments([workers, self.gpus, threads, busiest], rows)
        m.model.add_max_equality(self.busiest, [first, others])

    def _may_use(self, use: Use, workers: int, gpus: int) -> bool:
        if use.idlest < 1:
            return False
        if self.demand["serial"]:
            return True
        asked = "ntasks" in self.pins or "ntasks_per_node" in self.pins
        uneven = int(asked and workers % gpus > 0)
        shared = ANY if asked else self.pins.get("ranks_per_gpu", 1)
        return not use.on_several and use.busiest - use.idlest <= uneven and use.busiest <= shared

    def _use_gpus_by_job(self, entries: list[list[int]]) -> None:
        """State what the layouts of a job with a list of GPUs may be."""
        m, threads = self.m, self.threads
        low, high = m.bounds(threads)
        listed = max(len(entry) for entry in entries)
        t = m.of(threads, lambda each: min(each, listed)) if low < high else m.fixed(min(low, listed))
        rows = []
        for gpus in range(1 + max(max(each) for each in entries), m.bounds(self.gpus)[1] + 1):
            for counts in self._splits():
                for each in range(m.bounds(t)[0], m.bounds(t)[1] + 1):
                    use = self._listed_use(entries, counts, gpus, each)
                    if use.idlest:
                        others = counts[1] if len(counts) > 1 else counts[0]
                        rows.append((counts[0], others, len(counts), gpus, each, use.busiest))
        names = [self.on_first, self.on_others, self.n, self.gpus, t, self.busiest]
        m.model.add_allowed_assignments(names, rows)

    def _listed_use(self, entries: list[list[int]], counts: tuple[int, ...], gpus: int, threads: int) -> Use:
        if not self.demand["one_rank_per_gpu"]:
            return listed_use(entries, counts, gpus, threads)
        if sum(counts) > len(entries):
            return Use(0, 0, 0)
        return ranks_use(entries, counts, gpus)

    def _splits(self) -> list[tuple[int, ...]]:
        """Return the workers of every node, for every layout: the first has one fewer or one more, perhaps."""
        most = max(place.cpus for place in self.places)
        found = {(first,) for first in range(1, most + 2)}
        for n in range(2, self.m.bounds(self.n)[1] + 1):
            for w in range(1, most + 1):
                found |= {(first, *[w] * (n - 1)) for first in (w - 1, w, w + 1)}
        return sorted(found)

    # --- costs ---

    def weigh(self) -> None:
        m, demand, pins = self.m, self.demand, self.pins
        costs = self.costs
        usual = _usual(self.instance)
        if usual:
            costs["ranks missing"] = m.positive(m.total((-1, self.ranks), plus=usual))
        costs["GPUs left"] = self._gpus_left()
        if demand["gpu"]:
            costs["GPUs doubled"] = self._gpus_doubled()
        costs["threads"] = self._off_threads()
        if "nodes" in pins and "ntasks" not in pins and not demand["serial"]:
            costs["workers"] = m.total((-1, self.workers))
        elif usual:
            costs["ranks beyond"] = m.positive(m.total((1, self.ranks), plus=-usual))
        costs["memory missing"] = m.positive(self.missing_mib(sure=False))
        if demand["gpu"]:
            here = self.here(lambda p: (p.node["vram"] or ANY) * 1024)
            wanted = m.times(self.busiest, self.mib("vram", sure=False))
            costs["GPU memory missing"] = m.positive(m.total((1, wanted), (-1, here)))
        beyond, stranded = self._without_memory()
        costs["CPUs idle"] = m.total((1, self._cpus_idle()), (1, beyond))
        costs["mode"] = m.one_of(list(self.mode.values()), [self._rank_of(mode) for mode in self.mode])
        costs["memory stranded"] = stranded
        costs["nodes"] = m.total((1, self.n), (1, self.mode[HETJOB]))
        costs["kind of node"] = m.one_of(self.at, range(len(self.at)))
        costs["the leader's node"] = m.total(*((i, x) for i, x in enumerate(self.leads_at)))

    def scale(self, name: str) -> int:
        """Return how many of the cost's unit here are one of the page's."""
        return 1024 if name in ("memory missing", "GPU memory missing") else 1

    def groups(self) -> list[list[cp_model.IntVar]]:
        """Return the costs in their order, as many together as a weighted sum can hold."""
        found: list[list[cp_model.IntVar]] = [[]]
        for cost in self.costs.values():
            if prod(self.m.span(each) for each in [*found[-1], cost]) > SAFE:
                found.append([])
            found[-1].append(cost)
        return found

    def _gpus_left(self) -> cp_model.IntVar:
        m = self.m
        if self.demand["gpu"] and (self.demand["serial"] or self.demand.get("single_gpu")):
            return m.times(self.n, m.total((1, self.gpus), plus=-1))
        if self.demand["gpu"] and not self.exclusive and {"gpus", "gpus_per_node"} & set(self.pins):
            return m.total((0, self.n))
        left = m.positive(m.total((1, self.here(lambda p: p.node["gpus"])), (-1, self.gpus)))
        return m.times(self.n, left)

    def _gpus_doubled(self) -> cp_model.IntVar:
        m = self.m
        alone = m.model.new_bool_var("")  # the leader has a worker's place on the only node
        m.model.add_multiplication_equality(alone, [self.inside, self.several.negated()])
        return m.positive(m.total((1, self.w), (-1, alone), (-1, self.gpus)))

    def _off_threads(self) -> cp_model.IntVar:
        m = self.m
        away = m.total((1, self.c), (-1, self.here(self._preferred_cpus)))
        return m.most(away, m.total((-1, away)))

    def _preferred_cpus(self, place: Place) -> int:
        if self.demand["gpu"]:
            return int(place.node["gpu_threads"] or self.site["policy"]["gpu_threads"])
        return int(self.demand["usual_cpus"] if self.demand["threads"] else place.node["core"])

    def _cpus_idle(self) -> cp_model.IntVar:
        m, of_mode = self.m, self.site["policy"]["idle_cpus"]
        slots = m.total((1, self.mode[PLUS_1]), (int(self.demand["leader"]), self.mode[ONE_TASK]))
        unused = m.times(m.times(slots, m.total((1, self.n), plus=-1)), self.c)
        left = m.positive(m.total((1, self.allocated), (-1, self.used_cpus)))
        rest = self.pick(m.fixed(0), m.times(self.n, left))
        use = m.one_of(list(self.mode.values()), [of_mode.get(mode, 0) for mode in self.mode])
        return m.total((1, unused), (1, rest), (1, use))

    def _without_memory(self) -> tuple[cp_model.IntVar, cp_model.IntVar]:
        """Return CPUs that are left without memory, and GiB of memory that are left without CPUs."""
        m = self.m
        if self.demand["gpu"]:
            return m.fixed(0), m.fixed(0)
        cpus, memory = self.here(lambda p: p.node["cpus"]), self.here(lambda p: p.node["memory"])
        rank = self._mib_of_a_rank()
        beyond = m.total((1, m.times(rank, cpus)), (-1, m.times(self.c, memory)))
        short = m.total((-1, beyond))
        left = m.over(m.times(m.positive(beyond), self.ranks), memory)
        stranded = m.over(m.times(m.positive(short), self.ranks), cpus)
        return left, m.over(stranded, m.fixed(1024))

    def _mib_of_a_rank(self) -> tuple[cp_model.IntVar, cp_model.IntVar]:
        """Return the MiB of a rank before it is cut to what the node has, in a job of two nodes."""
        m = self.m
        if "mem" in self.pins:
            return m.over(m.fixed(self.pins["mem"]), self._at_least_one(self.on_node))
        if "mem_per_cpu" in self.pins:
            return m.times(m.fixed(self.pins["mem_per_cpu"]), self.c)
        needed = self._assumed_gives_way(
            *(
                self.pick(
                    m.over_up(self.rank_mib(sure=sure, led=True), self.c),
                    m.over_up(self._need_of_two_nodes(sure=sure), self.allocated),
                )
                for sure in (True, False)
            )
        )
        return m.times(m.most(self._gives_way(self.preferred), needed), self.c)

    def _rank_of(self, mode: str) -> int:
        order = self._order()
        return order.index(mode) if mode in order else len(order)

    def _need_of_two_nodes(self, *, sure: bool) -> cp_model.IntVar:
        """Return what ranks take on the fullest of two nodes at least, workers or a leader and workers."""
        m, worker = self.m, self.mib("worker", sure=sure)
        if not self.demand["leader"]:
            return m.times(self.on_node, worker)
        leader = self.mib("leader", sure=sure)
        with_leader = m.total((1, m.times(m.total((1, self.on_node), plus=-1), worker)), (1, leader))
        with_leader = m.chosen([(self.mode[HETJOB], m.fixed(0)), (self.mode[HETJOB].negated(), with_leader)])
        return m.most(with_leader, m.times(self.w, worker))

    def _order(self) -> list[str]:
        """Return the modes that the program can have, the preferred first."""
        demand, possible = self.demand, MODES
        if demand["serial"]:
            possible = (HOMOGENEOUS,) if demand["gpu"] else (HETEROGENEOUS, HOMOGENEOUS)
        first = [mode for mode in self.site["modes"] if mode in possible]
        modes = first + [mode for mode in possible if mode not in first]
        if demand["leader"] and demand["gpu"]:
            one, other = modes.index(HOMOGENEOUS), modes.index(PLUS_1)
            if one < other:
                modes.insert(one, modes.pop(other))
        return modes


def _usual(instance: dict[str, Any]) -> int:
    """Return the ranks of a job on CPUs that asks for none; 0: of another."""
    demand = instance["demand"]
    if demand["gpu"] or demand["serial"] or {"ntasks", "nodes", "gpus"} & set(demand["pins"]):
        return 0
    limits = [rule["maximum"] for rule in demand["rules"] if rule["maximum"]]
    if demand["items"]:
        limits.append(demand["items"] + demand["leader"])
    return int(min([instance["site"]["policy"]["ntasks"], *limits]))


def _whole(value: float) -> int:
    assert value == int(value), value
    return int(value)
