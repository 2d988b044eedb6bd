"""What tests of the oracles share: the real solver's answer in the words of `by_trying`, and work on all processors."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

from by_trying import Choice, Place, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from relionc.plan.choice import Choice as RealChoice
    from relionc.plan.pools import NodePool

T = TypeVar("T")


def choice_of(instance: dict[str, Any], chosen: RealChoice) -> Choice:
    """Return the layout that the real solver chose."""
    by_name = {place.names: place for place in places(instance)}

    def named(pool: NodePool) -> Place:
        return by_name[pool.partition.name if pool.partition else "", pool.node_type.name]

    return Choice(
        place=named(chosen.pool),
        mode=chosen.mode.name,
        leader=named(chosen.leader) if chosen.leader else None,
        gpus=chosen.gpus,
        c=chosen.cpus_per_task,
        w=chosen.workers_per_node,
        amount=chosen.nodes_or_tasks,
    )


def on_all_processors(work: Callable[[int], T], seeds: Iterable[int]) -> list[T]:
    """Return what `work` says of each seed, in their order."""
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8), mp_context=get_context("fork")) as pool:
        return list(pool.map(work, seeds, chunksize=50))
