"""Which of the possible layouts is the best: costs, from the most to the least important."""

from __future__ import annotations

from math import inf

from relionc.plan.modes import preferred_modes
from relionc.solve import Floor, Objective

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice, Fields
    from relionc.plan.on_site import DemandOnSite

    Costs = tuple[Objective[Choice], ...]

UP: Fields = ("nodes_or_tasks",)
UP_RANKS: Fields = ("workers_per_node", "nodes_or_tasks")
OF_RANKS: Fields = ("mode", *UP_RANKS)
OF_NODE: Fields = ("pool", "mode", "workers_per_node", "cpus_per_task", "nodes_or_tasks")


def objectives(on_site: DemandOnSite) -> Costs:
    """Return the costs in order; docs/solver.md explains them."""
    return (*_what_is_asked(on_site), *_what_is_assumed(on_site), *_WHAT_IS_IDLE, *_TIES)


def _what_is_assumed(on_site: DemandOnSite) -> Costs:
    """Make room for memory that rests on an assumption: it costs no worker, but a better node is taken."""
    amounts = on_site.amounts(on_site.demand.threads_of(1))
    assumed = any(term.assumed for term in (*amounts.worker, *amounts.leader, *amounts.vram))
    return _MEMORY if assumed else ()


_MEMORY: Costs = (
    Objective(
        "memory missing",
        OF_NODE,
        lambda c: max(0.0, c.memory_missing_gib(sure=False)),
        rising=UP,
        steady=True,
    ),
    Objective(
        "GPU memory missing",
        (*OF_NODE, "gpus"),
        lambda c: max(0.0, c.vram_missing_gib(sure=False)),
        rising=UP,
        steady=True,
    ),
)


def _what_is_asked(on_site: DemandOnSite) -> Costs:
    """Reach the asked number, on whole GPU nodes, one worker for each GPU, with the threads the site prefers."""
    if is_a_budget(on_site):
        return (_MISSING, *_OF_GPUS_AND_THREADS, _WORKERS)
    whole = any(pool.gives_whole_nodes for pool in on_site.pools)
    return (_MISSING, *_OF_GPUS_AND_THREADS, _BEYOND_NODES if whole else _BEYOND)


def _ranks_beyond(choice: Choice) -> int:
    """Ranks beyond the usual number."""
    usual = choice.on_site.usual_ranks
    return max(0, choice.ranks - usual) if usual else 0


def _ranks_beyond_nodes(choice: Choice) -> int:
    """Of whole nodes, which nobody else may use, ranks beyond those that fill the nodes of the usual number."""
    usual, cpus = choice.on_site.usual_ranks, choice.pool.usable_node.cpus
    if not usual or not choice.pool.gives_whole_nodes or not cpus:
        return _ranks_beyond(choice)
    of_node = max(1, cpus // choice.cpus_per_task)
    return max(0, choice.ranks - -(-usual // of_node) * of_node)


_MISSING: Objective[Choice] = Objective(
    "ranks missing",
    OF_RANKS,
    lambda c: max(0, (c.on_site.usual_ranks or 0) - c.ranks),
    falling=UP_RANKS,
    steady=True,
)
_BEYOND: Objective[Choice] = Objective("ranks beyond", OF_RANKS, _ranks_beyond, rising=UP_RANKS, steady=True)
_BEYOND_NODES = _BEYOND._replace(scope=("pool", *OF_RANKS, "cpus_per_task"), cost=_ranks_beyond_nodes)
_WORKERS: Objective[Choice] = Objective(
    "workers", OF_RANKS, lambda c: -c.workers, falling=UP_RANKS, least=-inf, steady=True
)


def is_a_budget(on_site: DemandOnSite) -> bool:
    """Whether the user says how many nodes there are, and not how many ranks."""
    pins = on_site.demand.pins
    return pins.nodes is not None and pins.ntasks is None and not on_site.demand.serial


def _left_of_node(choice: Choice) -> int:
    """GPUs that a job leaves on a node: a parallel job takes whole nodes, a serial one a single GPU.

    Where the user says how many it takes, others may have the rest: nothing is left.
    """
    demand, gpus = choice.on_site.demand, choice.gpus
    if (demand.serial or demand.single_gpu) and demand.gpu:
        return max(0, gpus - 1)
    return 0 if choice.others_use_the_rest else max(0, choice.pool.node_type.gpus - gpus)


_OF_GPUS_AND_THREADS: Costs = (
    Objective(
        "GPUs left",
        ("pool", "mode", "gpus", "cpus_per_task", "nodes_or_tasks"),
        lambda c: _left_of_node(c) * c.nodes,
        rising=UP,
        floors=(
            Floor(("pool",), lambda c: 0 if c.on_site.demand.gpu else c.pool.node_type.gpus),
            Floor(("pool", "gpus"), _left_of_node),
        ),
        away=("gpus",),
        steady=True,
    ),
    Objective(
        "GPUs doubled",
        ("mode", "gpus", "workers_per_node", "nodes_or_tasks"),
        lambda c: max(0, c.max_workers_per_node - c.gpus) if c.gpus else 0,
        rising=UP_RANKS,
        steady=True,
    ),
    Objective(
        "threads",
        ("pool", "cpus_per_task"),
        lambda c: abs(c.cpus_per_task - c.on_site.preferred_cpus(c.pool)),
        away=("cpus_per_task",),
        steady=True,
    ),
)


def _counted_idle(choice: Choice) -> int:
    """CPUs that are idle, what the use of the mode counts, and CPUs of whole nodes that Slurm may leave idle.

    Of the last nobody knows how many there are: those of a node, to be safe.
    """
    unknown = choice.mode.leaves_nodes_to_slurm and choice.pool.gives_whole_nodes
    left = choice.pool.node_type.cpus if unknown else 0
    return choice.idle_cpus + choice.on_site.handicaps.get(choice.mode.name, 0) + left


_WHAT_IS_IDLE: Costs = (
    Objective(
        "CPUs idle",
        OF_NODE,
        _counted_idle,
        rising=UP,
        floors=(Floor(("mode",), lambda c: c.on_site.handicaps.get(c.mode.name, 0)),),
        steady=True,
    ),
    Objective("mode", ("mode",), lambda c: preferred_modes(c.on_site).index(c.mode), steady=True),
    Objective("memory stranded", OF_NODE, lambda c: c.stranded_gib, rising=UP, steady=True),
)
"""Waste no CPUs, then run in the mode that the site prefers, then strand no memory."""
_TIES: Costs = (
    Objective(
        "nodes",
        ("pool", "mode", "cpus_per_task", "nodes_or_tasks"),
        lambda c: c.nodes + c.mode.leader_apart,
        rising=UP,
        least=1,
        steady=True,
    ),
    Objective("kind of node", ("pool",), lambda c: c.pool.order, steady=True),
    Objective(
        "the leader's node",
        ("leader",),
        lambda c: c.leader.order if c.leader else 0,
        away=("leader",),
        steady=True,
    ),
)
"""The fewest nodes; then the kind of node that the profile has first."""
