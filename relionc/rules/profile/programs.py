"""Programs that a profile names and no shell would start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.rules.findings import IMPOSSIBLE, not_a_program, two_words
from relionc.site.read import WRONG_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding, Route
    from relionc.site.types import Profile

CODES = (WRONG_VALUE, IMPOSSIBLE)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the first words of what asks for an allocation and of what programs run in."""
    cluster = profile.cluster
    yield from not_a_program(cluster.allocation, ("allocation",))
    yield from two_words(cluster.allocation, ("allocation",))
    wrappers: list[tuple[Route, tuple[str, ...]]] = [
        (("wrapper", version), words) for version, words in cluster.wrapper.items()
    ]
    for node in cluster.node_types.values():
        wrappers += [
            (("node_types", node.name, "wrapper", version), words) for version, words in node.wrapper
        ]
    for route, words in wrappers:
        yield from not_a_program(words, route)
        yield from two_words(words, route)
