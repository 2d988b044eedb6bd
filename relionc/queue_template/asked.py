"""What a plan asks of Slurm, in the words of any option that can say it: templates choose others than relionc does."""

from __future__ import annotations

from functools import cached_property

from relionc.lower.directives import OF_JOB
from relionc.slurm.gres import parse_gres
from relionc.slurm.options import GPU_NUMBER, GRES, OPTIONS
from relionc.slurm.sizes import format_memory
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.values import is_same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from relionc.ir import Directive
    from relionc.plan.model import Group, JobPlan
    from relionc.site.types import Cluster, NodeType


class Asked:
    """The sbatch options of a plan: as it says them, and in other words."""

    def __init__(self, plan: JobPlan, cluster: Cluster, directives: Sequence[Directive]) -> None:
        self._plan, self._cluster = plan, cluster
        self.planned: dict[str, str | None] = {
            each.name: each.value for each in directives if each.name not in OF_JOB
        }

    def value(self, name: str) -> str | None:
        """Return what an option has to say for this plan; None where the plan says nothing by it."""
        if name in self.planned:
            return self.planned[name] or ""
        return self._otherwise.get(name)

    def says(self, name: str, value: str, said: Collection[str]) -> bool:
        """Tell whether a value of an option is the plan's, beside the other options that are said."""
        planned = self.value(name)
        if planned is None or is_same(name, value, planned):
            return True
        meanings = {OPTIONS[other].says for other in said if other in OPTIONS}
        if GPU_NUMBER in meanings and OPTIONS[name].form == GRES:  # GPUs need not be said twice
            return is_same(name, value, self._without_gpus(planned))
        return False

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the value of an option, and what means the same: no GPU is none of any kind."""
        planned = self.value(name)
        if name not in OPTIONS or OPTIONS[name].form != GRES or self._plan.workers.gpus_per_node:
            return () if planned is None else (planned,)
        gpu, types = self._cluster.gres_gpu, {each.gpu_type for each in self._gpu_nodes}
        if not gpu or not self._gpu_nodes:
            return () if planned is None else (planned,)
        none = [f"{gpu}:0", *(f"{gpu}:{each}:0" for each in sorted(types) if each)]
        return (*([planned] if planned else ()), *(f"{each},{planned}" if planned else each for each in none))

    def rest(self, said: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the options of the plan that are not said, in these words or in others (a flag has no value)."""
        meanings = {OPTIONS[name].says for name in said if name in OPTIONS} - {""}
        for name, value in self.planned.items():
            if name in said or (name in OPTIONS and OPTIONS[name].says in meanings):
                continue
            if GPU_NUMBER in meanings and name in OPTIONS and OPTIONS[name].form == GRES:
                others = self._without_gpus(value or "")
                yield from ((name, others),) if others else ()
                continue
            yield name, value or ""

    @property
    def _gpu_nodes(self) -> list[NodeType]:
        return [each for each in self._cluster.node_types.values() if each.gpus]

    def _without_gpus(self, gres: str) -> str:
        """Return generic resources without GPUs."""
        try:
            return ",".join(str(each) for each in parse_gres(gres) if each.name != self._cluster.gres_gpu)
        except SlurmSyntaxError:
            return gres

    @cached_property
    def _otherwise(self) -> Mapping[str, str]:
        """What the plan says, by options that it does not use."""
        group = self._plan.workers
        known = self._plan.placement.exact or self._plan.ntasks == 1  # else Slurm chooses the nodes
        of_all = dict(_in_all(group, self._plan.nodes)) if known or not group.gpus_per_node else {}
        return dict(_by_node(group)) | of_all


def _by_node(group: Group) -> Iterator[tuple[str, str]]:
    """Yield what is asked for on each node; where Slurm chooses them, what is enough on any."""
    memory, gpus = group.memory_mib, group.gpus_per_node
    if memory:
        yield "mem", format_memory(memory)
        yield "mem-per-cpu", format_memory(_share(memory, group.cpus_per_node, group))
    if memory and gpus:
        yield "mem-per-gpu", format_memory(_share(memory, gpus, group))
    yield "gpus-per-node", _gpus(group, 1)
    if group.tasks_per_node:
        yield "tasks-per-node", str(group.tasks_per_node)


def _in_all(group: Group, nodes: int) -> Iterator[tuple[str, str]]:
    """Yield what is asked for on a number of nodes together."""
    yield "gpus", _gpus(group, nodes)
    if nodes == 1:
        yield "nodes", "1"
        yield "ntasks-per-node", str(group.tasks)


def _gpus(group: Group, nodes: int) -> str:
    kind = f"{group.gpu_type}:" if group.gpu_type and group.gpus_per_node else ""
    return f"{kind}{group.gpus_per_node * nodes}"


def _share(memory: int, parts: int, group: Group) -> int:
    """Return the MiB of each part of a node's memory, which together are no more than the node has."""
    whole = -(-memory // parts)
    return whole if whole * parts <= group.node_memory_mib or not group.node_memory_mib else memory // parts
