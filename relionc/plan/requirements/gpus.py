"""GPUs: those of the nodes, and what RELION makes of them: every one in use, none shared unasked, no rank on two.

relion#32, relion#367 and relion#1074 are what happens otherwise.
"""

from __future__ import annotations

from functools import cache

from relionc.plan.amounts import gib, sum_of
from relionc.plan.choice import Choice
from relionc.plan.gpus import highest, node_use, parse_ids, shares_gpus
from relionc.plan.requirements.record import (
    OF_RANKS,
    UP,
    UP_RANKS,
    Bound,
    Excess,
    Measure,
    Requirement,
    always,
    of_node,
    only_if,
    over,
    steady,
    unless,
)
from relionc.plan.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.plan.choice import Fields
    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite

OF_USE: Fields = ("mode", "gpus", "workers_per_node", "nodes_or_tasks")


def _of_use(
    excess: Callable[[Choice], float],
    rises_with: Fields = (),
    falls_with: Fields = (),
    floors: tuple[Bound, ...] = (),
) -> tuple[Measure, ...]:
    """Return a measure of how GPUs are used where CPUs say how many threads a rank has.

    With more threads, a rank has all devices that it had, and perhaps more; but not with more than a thread for each.
    """
    reads: Fields = (*OF_USE, "cpus_per_task")
    level: dict[str, Callable[[Choice], int]] = {"cpus_per_task": lambda c: c.on_site.entry_devices or c.gpus}
    return steady(Measure(reads, excess, (*UP, *rises_with), falls_with, floors, level=level))


def _are_shared_by_relion(on_site: DemandOnSite) -> bool:
    """Whether RELION shares the GPUs by itself; the threads of a lone process may have a GPU each."""
    return on_site.demand.gpu and not parse_ids(on_site.demand.gpu_ids) and not on_site.demand.serial


def _idle_gpus(choice: Choice) -> int:
    return choice.use.idle


def _of_idle(on_site: DemandOnSite) -> tuple[Measure, ...]:
    if not on_site.demand.gpu or not on_site.slurm:  # without one, nobody reserves GPUs that stay idle
        return ()
    if on_site.fixed_threads is not None:
        return _IDLE
    return _IDLE_BY_LIST if on_site.entry_devices else _IDLE_BY_CPUS


def _left_idle_by_list(choice: Choice) -> int:
    """GPUs that a list leaves idle, however many threads a rank has."""
    return choice.changed(cpus_per_task=choice.on_site.entry_devices).use.idle


_IDLE = steady(Measure(OF_USE, _idle_gpus, UP))
_IDLE_BY_CPUS = _of_use(_idle_gpus, falls_with=("cpus_per_task",))
_IDLE_BY_LIST = _of_use(
    _idle_gpus, falls_with=("cpus_per_task",), floors=(Bound(OF_USE, _left_idle_by_list, UP),)
)


def _of_sharing(on_site: DemandOnSite) -> tuple[Measure, ...]:
    if not _are_shared_by_relion(on_site):
        return ()
    return _SHARED_BY_CPUS if on_site.fixed_threads is None else _SHARED


def _uneven(choice: Choice) -> int:
    """How unevenly GPUs are shared: no more than is asked for, where somebody says how many ranks there are."""
    use = choice.use
    if choice.on_site.demand.ranks_are_asked:
        return use.lopsided
    return use.uneven + _doubled(choice, use.most)


def _doubled(choice: Choice, most: int) -> int:
    """Workers of the busiest GPU beyond those that are asked for; one where nobody says how many."""
    demand = choice.on_site.demand
    return 0 if demand.ranks_are_asked else max(0, most - (demand.pins.ranks_per_gpu or 1))


def _surely_doubled(choice: Choice) -> int:
    """The same for workers of whom the leader may take one's place: more than GPUs share them for sure."""
    if not choice.gpus or choice.mode.leaves_nodes_to_slurm:
        return 0
    least = choice.workers_per_node - (choice.on_site.demand.leader and not choice.leader_slots)
    return _doubled(choice, -(-least // choice.gpus))


_DOUBLED = (Bound(("mode", "gpus", "workers_per_node"), _surely_doubled, ("workers_per_node",)),)
_SHARED = steady(Measure(OF_USE, _uneven, UP, floors=_DOUBLED))
_SHARED_BY_CPUS = _of_use(_uneven, floors=_DOUBLED)


def _of_threads(on_site: DemandOnSite) -> tuple[Measure, ...]:
    if not _are_shared_by_relion(on_site):
        return ()
    return _STRADDLING_BY_CPUS if on_site.fixed_threads is None else _STRADDLING


def _straddling(choice: Choice) -> int:
    return choice.use.straddling


_STRADDLING = steady(Measure(OF_USE, _straddling, UP))
_STRADDLING_BY_CPUS = _of_use(_straddling, rises_with=("cpus_per_task",))


def _of_vram(on_site: DemandOnSite) -> tuple[Measure, ...]:
    """Memory of the GPU with most workers, and surely of one with a single worker."""
    if not on_site.demand.gpu or not any(pool.node_type.vram_gib for pool in on_site.pools):
        return ()
    return _vram(by_cpus=on_site.fixed_threads is None, of_each=each_has_a_gpu(on_site))


@cache
def _vram(*, by_cpus: bool, of_each: bool) -> tuple[Measure, ...]:
    cpus: Fields = ("cpus_per_task",) if by_cpus else ()
    of_one: Fields = ("pool", "mode", "gpus", *cpus)
    floors = (Bound(of_one, _vram_of_one),) if of_each else ()
    missing = Choice.vram_missing_gib
    return steady(
        Measure((*of_one, "workers_per_node", "nodes_or_tasks"), missing, UP, floors=floors, whole=False)
    )


def _vram_of_one(choice: Choice) -> float:
    shared = choice.gpus and not choice.mode.leaves_nodes_to_slurm and choice.pool.node_type.vram_gib
    return choice.amounts(sure=True).vram_gib - shared if shared else 0.0


def each_has_a_gpu(on_site: DemandOnSite) -> bool:
    """Whether each worker has a GPU, however many there are: a list may name none for some, or be too short."""
    listed = parse_ids(on_site.demand.gpu_ids)
    named = all(any(device.strip().isdecimal() for device in entry) for entry in listed)
    return not listed or (named and not on_site.demand.gpu_by_rank)


def _missing_devices(choice: Choice) -> int:
    """By how many the highest device of the list exceeds those there are: a job sees its own GPUs from 0 on."""
    there = choice.gpus if choice.on_site.slurm else choice.pool.node_type.gpus
    return max(0, highest(choice.on_site.demand.gpu_ids) + 1 - there) if there else 0


def _ranks_wanted(choice: Choice) -> int:
    """Ranks of a node for a program that takes one per GPU: a list, or `ranks_per_gpu`, may say more or fewer."""
    demand = choice.on_site.demand
    if shares_gpus(demand.gpu_ids):
        return choice.workers_per_node
    return choice.gpus * (demand.pins.ranks_per_gpu or 1)


def _beyond_wanted(choice: Choice) -> int:
    """Ranks of a node beyond those wanted, less than 0 where they are fewer; a leader's place beside them is worse."""
    beyond = choice.workers_per_node - _ranks_wanted(choice)
    return beyond + choice.leader_slots if beyond >= 0 else beyond - choice.leader_slots


def _entries(on_site: DemandOnSite) -> int:
    return len(parse_ids(on_site.demand.gpu_ids))


# --- in words -------------------------------------------------------------------------------------------------


def _entries_in_words(layout: Layout) -> str:
    count = _entries(layout.choice.on_site)
    return "1 entry" if count == 1 else f"{count} entries"


def _devices_in_words(layout: Layout) -> str:
    """Workers of each GPU on the first and on the other nodes, by RELION's own mapping, as a small picture."""
    demand = layout.choice.on_site.demand
    has_leader = demand.leader and layout.ntasks > 1 and layout.leader_pool is None
    gpus, threads = layout.gpus_per_node, layout.choice.threads
    first = layout.shares[0] - has_leader
    parts = [f"{plural(first, 'worker')} for {plural(gpus, 'GPU')}"]
    others = layout.shares[1] if layout.nodes > 1 else first
    if others != first:
        parts[0] += " on the first node"
        parts.append(f"{others} on each other")
    straddling = node_use(demand.gpu_ids, 0, max(first, others), gpus, threads).straddling
    if straddling:
        parts.append(f"{straddling} of them with threads on two GPUs")
    return ", ".join(parts)


def _on_two_gpus(layout: Layout) -> str:
    return (
        f"a rank with {plural(layout.choice.threads, 'thread')} would be on two GPUs, "
        f"and load its references on both: {_devices_in_words(layout)}"
    )


def _idle(layout: Layout) -> str:
    has_leader = layout.choice.on_site.demand.leader and layout.ntasks > 1
    workers = plural(layout.ntasks - has_leader, "worker")
    return f"{workers} would leave some of {layout.worker_nodes * layout.gpus_per_node} GPUs idle"


def _too_little_memory(layout: Layout) -> str:
    node, each, most = (
        layout.pool.node_type,
        layout.choice.amounts(sure=True).vram_gib,
        layout.choice.use.most,
    )
    total = f"{plural(most, 'rank')} x {gib(each)} = {gib(most * each)}"
    return f"{total} on a GPU in the last iteration > {gib(node.vram_gib)} of {node.gpu_type}"


GPUS = Requirement(
    "site:gpus",
    Excess("G over the GPUs of the node, if it has any", "GPUs", "profile"),
    always(Measure(("pool", "gpus"), lambda c: over(c.gpus, c.pool.node_type.gpus))),
    "GPUs of the nodes",
    lambda it: (
        f"{plural(it.gpus_per_node, 'GPU')} per node > {it.pool.node_type.gpus} of {it.pool.node_type.name}"
    ),
    "RL303",
    fact=of_node(lambda it: f"{it.pool.node_type.name} nodes have {it.pool.node_type.gpus} GPUs", "gpus"),
    is_hardware=True,
)
GPU_NODE = Requirement(
    "need:gpu_node",
    Excess("GPUs on a node type without", "", "profile"),
    only_if(
        lambda on_site: on_site.demand.gpu,
        Measure(("pool",), unless(lambda c: c.pool.node_type.gpus > 0 or not c.pool.node_type.known)),
    ),
    "the job uses GPUs",
    lambda it: f"nodes of type {it.pool.node_type.name} have no GPUs",
    "RL306",
)
DEVICES = Requirement(
    "need:devices",
    Excess(
        "the highest listed device + 1 over G (without a scheduler: over the GPUs of the node)",
        "GPUs",
        "devices are numbered from 0 in a job",
    ),
    only_if(lambda on_site: on_site.demand.gpu, Measure(("pool", "gpus"), _missing_devices)),
    "the listed GPUs exist",
    lambda it: (
        f"GPU {highest(it.choice.on_site.demand.gpu_ids)} is listed, and a node of the job has "
        f"{it.gpus_per_node or it.pool.node_type.gpus}, counted from 0"
    ),
    "RL309",
    "a job sees its own GPUs from 0 on; leave the list out and RELION shares them evenly",
    weighs=("gpu_ids",),
)
RANK_PER_GPU = Requirement(
    "need:rank_per_gpu",
    Excess(
        "\\|w - G\\| + e, for a program that takes one rank per GPU, where neither `ranks_per_gpu` nor a list of GPUs "
        "says otherwise",
        "ranks",
        "catalogue",
    ),
    only_if(
        lambda on_site: on_site.demand.gpu and on_site.demand.one_rank_per_gpu,
        Measure(("mode", "gpus", "workers_per_node"), _beyond_wanted, ("workers_per_node",), low=0),
    ),
    "one rank per GPU",
    lambda it: (
        f"this program takes one rank per GPU: {plural(it.ntasks, 'rank')} for "
        f"{it.worker_nodes * it.gpus_per_node} GPUs"
    ),
    "RL213",
)
SINGLE_GPU = Requirement(
    "need:single_gpu",
    Excess("n·G - 1, for a program that has no use for more than one GPU", "GPUs", "catalogue"),
    only_if(
        lambda on_site: on_site.demand.gpu and on_site.demand.single_gpu,
        Measure(("gpus", "nodes_or_tasks"), lambda c: c.gpus * c.nodes_or_tasks - 1, UP),
    ),
    "one GPU is all that the program can use",
    lambda it: f"this program is of use on one GPU only: {it.worker_nodes * it.gpus_per_node} are asked for",
    "RL315",
)
GPU_LIST = Requirement(
    "need:gpu_list",
    Excess("ranks without an entry in a list that is not repeated", "ranks", "`motioncorr_runner.cpp`"),
    only_if(
        lambda on_site: on_site.demand.gpu and on_site.demand.gpu_by_rank and _entries(on_site) > 0,
        Measure(OF_RANKS, lambda c: c.ranks - _entries(c.on_site), UP_RANKS),
    ),
    "an entry of the list of GPUs for each rank",
    lambda it: (
        f"the list of GPUs has {_entries_in_words(it)} for {it.ntasks} ranks: this program "
        "takes one for each, and stops"
    ),
    "RL308",
    "one entry per rank, separated by `:`, or leave the list out",
    weighs=("gpu_ids",),
)
BUSY_GPUS = Requirement(
    "need:busy_gpus",
    Excess(
        "allocated GPUs that no rank uses, by RELION's own mapping (with a scheduler); all of a heterogeneous job's",
        "GPUs",
        "`ml_optimiser_mpi.cpp`, `motioncorr_runner.cpp`",
    ),
    _of_idle,
    "no GPU may be idle",
    _idle,
    "RL307",
    "ask for the GPUs that the ranks can use, or for more ranks",
    weighs=("gpu_ids",),
    is_of_devices=True,
)
EVEN_GPUS = Requirement(
    "need:even_gpus",
    Excess(
        "workers of the busiest GPU of a node beyond those of the least busy, over all nodes, and beyond "
        "`ranks_per_gpu` (1), see below",
        "ranks",
        "relion#32, #367, #1074",
    ),
    _of_sharing,
    "as many ranks on every GPU as are asked for",
    lambda it: f"RELION would share the GPUs unevenly, or double one unasked: {_devices_in_words(it)}",
    "RL310",
    "the same number of ranks for every GPU; `ranks_per_gpu` says how many share one",
    is_of_devices=True,
)
ONE_GPU = Requirement(
    "need:one_gpu",
    Excess(
        "without a list, for programs with MPI: workers with threads on more than one GPU, see below",
        "ranks",
        "`ml_optimiser_mpi.cpp`; references are then loaded on both",
    ),
    _of_threads,
    "each rank has its threads on one GPU",
    _on_two_gpus,
    "RL313",
    "ranks on a node that are a multiple of its GPUs, or one thread for each",
    is_of_devices=True,
)
VRAM = Requirement(
    "need:vram",
    Excess("memory of the workers of the busiest GPU over that of the GPU", "GiB", "the models below"),
    _of_vram,
    "memory of the GPUs",
    _too_little_memory,
    "RL405",
    "fewer ranks per GPU, GPUs with more memory, less padding, or the last iterations on CPUs",
    fact=of_node(
        lambda it: f"a GPU of {it.pool.node_type.name} nodes has {gib(it.pool.node_type.vram_gib)}", "vram"
    ),
    sum_of=lambda it: sum_of(it.choice.amounts(sure=True).vram) + " of a GPU per rank",
)
