"""Which of the possible layouts is the best: costs, from the most to the least important."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from relionc.plan.choices import preferred_modes
from relionc.plan.model import HETJOB
from relionc.solve import Floor, Objective

if TYPE_CHECKING:
    from relionc.plan.asked import Asked
    from relionc.plan.layout import Place

UP = ("amount",)
UP_RANKS = ("per_node", "amount")


def objectives(asked: Asked) -> tuple[Objective, ...]:
    """Return the costs in order; docs/solver.md explains them."""
    return (*_what_is_asked(asked), *_what_is_assumed(asked), *_what_is_idle(asked), *_ties(asked))


def target(asked: Asked) -> int | None:
    """Return the ranks of a job on CPUs that asks for no amount of anything: the site's usual number.

    No more than its program and its items can use; None where the user says how much.
    """
    demand = asked.demand
    amounts = ("ntasks", "nodes", "gpus")
    if demand.gpu or demand.serial or any(demand.pin(name) is not None for name in amounts):
        return None
    most = [rule.maximum for rule in demand.rank_rules if rule.maximum is not None]
    if demand.items is not None:
        most.append(demand.items + demand.leader)
    return min(asked.cluster.policy.ntasks, *most) if most else asked.cluster.policy.ntasks


def _what_is_assumed(asked: Asked) -> tuple[Objective, ...]:
    """Make room for memory that rests on an assumption: it costs no worker, but a better node is taken."""
    if not any(term.assumed for terms in asked.amounts(1) for term in terms):
        return ()
    return (
        Objective(
            "memory missing",
            ("place", "mode", "per_node", "cpus_per_task", "amount"),
            lambda *choice: max(0.0, asked.memory_missing_gib(*choice, sure=False)),
            rising=UP,
        ),
        Objective(
            "GPU memory missing",
            ("place", "mode", "gpus", "per_node", "cpus_per_task", "amount"),
            lambda *choice: max(0.0, asked.vram_missing_gib(*choice, sure=False)),
            rising=UP,
        ),
    )


def _what_is_asked(asked: Asked) -> tuple[Objective, ...]:
    """Reach the asked amount, on whole GPU nodes, one worker for each GPU, with the threads the site prefers."""
    wanted = target(asked)
    budget = asked.demand.pin("nodes") is not None and asked.demand.pin("ntasks") is None
    of_ranks = ("mode", "per_node", "amount")

    def missing(mode: str, per_node: int, amount: int) -> int:
        return max(0, (wanted or 0) - asked.ranks(mode, per_node, amount))

    def beyond(mode: str, per_node: int, amount: int) -> int:
        return max(0, asked.ranks(mode, per_node, amount) - (wanted or 0)) if wanted else 0

    def unused(mode: str, per_node: int, amount: int) -> int:
        return -asked.workers(mode, per_node, amount)

    return (
        Objective("ranks missing", of_ranks, missing, falling=UP_RANKS),
        Objective(
            "GPUs left",
            ("place", "mode", "gpus", "cpus_per_task", "amount"),
            lambda *choice: _left_gpus(asked, *choice),
            rising=UP,
            floors=(
                Floor(("place",), lambda place: 0 if asked.demand.gpu else place.node_type.gpus),
                Floor(("place", "gpus"), lambda place, gpus: _left_of_node(asked, place, gpus)),
            ),
            away=("gpus",),
        ),
        Objective(
            "GPUs doubled",
            ("mode", "gpus", "per_node", "amount"),
            lambda mode, gpus, each, amount: (
                max(0, asked.most_workers(mode, each, amount) - gpus) if gpus else 0
            ),
            rising=UP_RANKS,
        ),
        Objective(
            "threads",
            ("place", "cpus_per_task"),
            lambda place, cpus: abs(cpus - asked.preferred_cpus(place)),
            away=("cpus_per_task",),
        ),
        Objective("workers", of_ranks, unused, falling=UP_RANKS, least=-inf)
        if budget and not asked.demand.serial
        else Objective("ranks beyond", of_ranks, beyond, rising=UP_RANKS),
    )


def _left_of_node(asked: Asked, place: Place, gpus: int) -> int:
    """GPUs that a job leaves on a node: a parallel job takes whole nodes, a serial one a single GPU."""
    if (asked.demand.serial or asked.demand.single_gpu) and asked.demand.gpu:
        return max(0, gpus - 1)
    return max(0, place.node_type.gpus - gpus)


def _left_gpus(asked: Asked, place: Place, mode: str, gpus: int, cpus: int, amount: int) -> int:
    return _left_of_node(asked, place, gpus) * asked.nodes(place, mode, cpus, amount)


def _what_is_idle(asked: Asked) -> tuple[Objective, ...]:
    """Waste no CPUs, then run in the mode that the site prefers, then strand no memory."""
    handicap = dict(asked.cluster.policy.mode_cpus)
    order = {mode: i for i, mode in enumerate(preferred_modes(asked))}
    scope = ("place", "mode", "per_node", "cpus_per_task", "amount")
    return (
        Objective(
            "CPUs idle",
            scope,
            lambda place, mode, *rest: asked.idle_cpus(place, mode, *rest) + handicap.get(mode, 0),
            rising=UP,
            floors=(Floor(("mode",), lambda mode: handicap.get(mode, 0)),),
        ),
        Objective("mode", ("mode",), lambda mode: order[mode]),
        Objective("memory stranded", scope, asked.stranded_gib, rising=UP),
    )


def _ties(asked: Asked) -> tuple[Objective, ...]:
    """The fewest nodes; then the kind of node of which there are most, by name where as many."""
    return (
        Objective(
            "nodes",
            ("place", "mode", "cpus_per_task", "amount"),
            lambda place, mode, *rest: asked.nodes(place, mode, *rest) + (mode == HETJOB),
            rising=UP,
            least=1,
        ),
        Objective("kind of node", ("place",), lambda place: place.order),
        Objective(
            "the leader's node", ("leader",), lambda leader: leader.order if leader else 0, away=("leader",)
        ),
    )
