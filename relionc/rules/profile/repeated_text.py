"""Text that every script repeats."""

from __future__ import annotations

from relionc.rules.findings import IMPOSSIBLE, impossible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Cluster, Profile

CODES = (IMPOSSIBLE,)
_MOST = 16_384
_A_WORD = 16
"""Characters that each line or word counts for besides its own: `export` and quotes stand around it."""


def _of_partitions(cluster: Cluster) -> Iterator[tuple[str, str | None]]:
    return (pair for partition in cluster.partitions.values() for pair in partition.directives)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error where the texts that every script repeats are too long together."""
    cluster = profile.cluster
    texts = [
        text
        for pair in (*cluster.environment, *cluster.directives, *_of_partitions(cluster))
        for text in pair
        if text
    ]
    own = [dict(each) for node in cluster.node_types.values() for each in (node.modules, node.wrapper)]
    for by_version in (cluster.modules, cluster.wrapper, *own):
        texts += [line for lines in by_version.values() for line in lines]
    texts += cluster.allocation
    for each in cluster.launchers.values():
        texts += (*each.argv, *each.arbitrary, *each.workers, *each.unset)
        texts += [text for pair in (*each.exports, *each.variables) for text in pair]
    if sum(map(len, texts)) + _A_WORD * len(texts) > _MOST:
        message = f"the lines and words that every script repeats are more than {_MOST:,} characters"
        yield impossible(message, (), "keep them in a file of their own, and source that")
