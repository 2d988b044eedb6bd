"""What tests of the oracles share: the real solver's answer in the words of `by_trying`, and work on all processors."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

from by_trying import Choice, Place, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")


def choice_of(instance: dict[str, Any], values: Mapping[str, Any]) -> Choice:
    """Return the layout that the real solver chose."""
    by_name = {place.names: place for place in places(instance["site"])}

    def named(place: Any) -> Place:
        return by_name[place.partition.name if place.partition else "", place.node_type.name]

    return Choice(
        place=named(values["place"]),
        mode=values["mode"],
        leader=named(values["leader"]) if values["leader"] else None,
        gpus=values["gpus"],
        c=values["cpus_per_task"],
        w=values["per_node"],
        amount=values["amount"],
    )


def on_all_processors(work: Callable[[int], T], seeds: Iterable[int]) -> list[T]:
    """Return what `work` says of each seed, in their order."""
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8), mp_context=get_context("fork")) as pool:
        return list(pool.map(work, seeds, chunksize=50))
