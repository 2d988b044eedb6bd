"""The values that each choice of a layout may take.

They follow from the wishes, but are wider than they are: a pinned value comes with its neighbours, so that the
nearest feasible change can be found. The last variable is the layout itself, made once from all the others.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.plan.asked import MIB, memory_limit, most_cpus
from relionc.plan.gpus import highest
from relionc.plan.layout import make
from relionc.plan.model import HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1
from relionc.solve import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.plan.asked import Asked
    from relionc.plan.layout import Layout, Place


MANY = 16
"""Every smaller number than a pinned one is a candidate up to here; beyond, those that can matter."""


def variables(asked: Asked) -> tuple[Variable, ...]:
    """Return the choices in the order of search; each domain looks at the values of those before it."""
    domains = _Domains(asked)
    return (
        Variable("place", domains.place),
        Variable("mode", domains.mode),
        Variable("gpus", domains.gpus),
        Variable("per_node", domains.per_node),
        Variable("amount", domains.amount),
        Variable("cpus_per_task", domains.cpus_per_task),
        Variable("layout", domains.layout),
    )


class _Domains(NamedTuple):
    """One method per variable."""

    asked: Asked

    def place(self, _: Mapping[str, Any]) -> Iterable[Place]:
        return self.asked.places()

    def mode(self, _: Mapping[str, Any]) -> Iterable[str]:
        if self.asked.cluster.scheduler == "none":  # nobody to place tasks: all run here
            return (HOMOGENEOUS, HOMOGENEOUS_PLUS_1)
        if self.asked.demand.serial:
            return (HOMOGENEOUS,) if self.asked.demand.gpu else (HETEROGENEOUS, HOMOGENEOUS)
        return (HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1)

    def gpus(self, values: Mapping[str, Any]) -> Iterable[int]:
        """GPUs per node."""
        demand = self.asked.demand
        if not demand.gpu:
            return (0,)
        here = values["place"].node_type.gpus
        total = demand.pin("gpus")
        wanted = {demand.pin("gpus_per_node") or 0, here, here // 2, highest(demand.gpu_ids) + 1}
        if total is not None:
            wanted |= set(range(1, min(total, here or total) + 1))
        if demand.one_rank_per_gpu:  # a bound on the ranks is one on the GPUs, too
            wanted |= {rule.maximum for rule in demand.rank_rules if rule.maximum and rule.maximum <= here}
        if demand.serial or not any(wanted):
            wanted.add(1)  # a node without GPUs is ruled out by `need:gpu_node`, which can be explained
        return sorted((n for n in wanted if n > 0), reverse=True)

    def per_node(self, values: Mapping[str, Any]) -> Iterable[int]:
        """Workers per node; 0 where Slurm places them."""
        if values["mode"] == HETEROGENEOUS:
            return (0,)
        demand, gpus = self.asked.demand, values["gpus"]
        wanted = {gpus * (demand.pin("ranks_per_gpu") or 1), 1}
        pinned = demand.pin("ntasks_per_node")
        if pinned is not None:
            wanted |= {*range(1, min(pinned, MANY) + 2), pinned, pinned - 1}
        nodes = demand.pin("nodes") or 1
        ntasks = demand.pin("ntasks") or (self.asked.cluster.policy.ntasks if not gpus else 0)
        most = [rule.maximum for rule in demand.rank_rules if rule.maximum is not None]
        wanted |= {ceil(n / nodes) for count in (ntasks, *most) for n in (count, count - 1)}
        if not gpus:
            wanted |= self._that_fit(values["place"])
            if demand.pin("ntasks") and demand.pin("nodes") is None:
                wanted |= _divisors(ntasks) | _divisors(ntasks - 1)
        return sorted((n for n in wanted if n > 0), reverse=True)

    def _that_fit(self, place: Place) -> set[int]:
        """Ranks by which a node is full, by memory and by CPUs; and one less, for the leader beside them."""
        demand, node = self.asked.demand, place.node_type
        cpus = demand.pin("cpus_per_task") or self.asked.preferred_cpus(node)
        fit = {node.cpus // cpus}
        if demand.rank_gib and memory_limit(place):
            fit.add(int(memory_limit(place) / MIB / demand.rank_gib))
        return fit | {n - 1 for n in fit}

    def cpus_per_task(self, values: Mapping[str, Any]) -> Iterable[int]:
        demand, node = self.asked.demand, values["place"].node_type
        wanted = {self.asked.preferred_cpus(node), node.threads_per_core, self._widest(values)}
        wanted |= _around(demand.pin("cpus_per_task"), node.threads_per_core)
        threads = demand.pin("threads")
        if threads is not None:
            wanted.add(ceil(threads / node.threads_per_core) * node.threads_per_core)
        return sorted(n for n in wanted if n > 0)

    def _widest(self, values: Mapping[str, Any]) -> int:
        """The most CPUs a task can have beside the others on its node, in whole cores, up to the preferred."""
        node = values["place"].node_type
        tasks = values["per_node"] + (values["mode"] == HOMOGENEOUS_PLUS_1)
        preferred = self.asked.preferred_cpus(node)
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
        if ntasks is None and not values["gpus"]:
            ntasks = self.asked.cluster.policy.ntasks
        if ntasks is not None:
            wanted.add(ceil((ntasks - extra) / values["per_node"]))
        if demand.pin("nodes") is not None:  # as many as there are come nearest to more
            place = values["place"]
            wanted |= {place.alike, (place.partition and place.partition.max_nodes) or place.alike}
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

    def layout(self, values: Mapping[str, Any]) -> Iterable[Layout]:
        place, cpus = values["place"], values["cpus_per_task"]
        limit = self.asked.task_memory_per_cpu(place, cpus) if values["mode"] == HETEROGENEOUS else 0
        made = make(
            values["mode"],
            place,
            gpus=values["gpus"],
            per_node=values["per_node"],
            cpus_per_task=cpus,
            amount=values["amount"],
            mem_per_cpu=limit,
        )
        return (made,)


def _divisors(number: int) -> set[int]:
    return {n for n in range(1, min(number, 512) + 1) if number % n == 0}


def _around(pinned: int | None, step: int) -> set[int]:
    """Return a pinned number with its neighbours, and those of its half and double."""
    if pinned is None:
        return set()
    return {pinned, pinned + step, pinned - step, pinned * 2, pinned // 2}
