"""Programs that a profile names and no shell would start."""

from __future__ import annotations

from relionc.rules.findings import IMPOSSIBLE, not_a_program, two_words
from relionc.site.meant import UNKNOWN_NAME, unknown
from relionc.site.read import WRONG_VALUE
from relionc.site.types import PROGRAM_VARIABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding, Route
    from relionc.site.types import Cluster, Profile

CODES = (WRONG_VALUE, IMPOSSIBLE, UNKNOWN_NAME)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the first words of what asks for an allocation and of what programs run in."""
    cluster = profile.cluster
    if cluster.programs:
        yield from _unknown(cluster)
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


def _unknown(cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for each program that no version of RELION asks a variable for."""
    from relionc import catalog

    known = {
        option.variable
        for version in catalog.versions()
        for job_type in catalog.types(version)
        for option in catalog.load(job_type, version).options.values()
    }
    before, _, after = PROGRAM_VARIABLE.partition("{}")
    names = sorted(
        variable.removeprefix(before).removesuffix(after).lower()
        for variable in known
        if variable.startswith(before) and variable.endswith(after)
    )
    for name, _ in cluster.programs:
        if name not in names:
            yield unknown(name, names, "program that RELION starts", ("programs", name), on_key=True)
