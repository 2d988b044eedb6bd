"""Launchers that cannot start what they are for."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.rules.findings import (
    BAD_PLACEHOLDER,
    CONTRADICTION,
    IMPOSSIBLE,
    contradiction,
    not_a_program,
    placeholders_left,
    two_words,
)
from relionc.site import launchers
from relionc.site.meant import UNKNOWN_NAME, unknown
from relionc.site.read import WRONG_VALUE
from relionc.site.uses import PLACEHOLDERS, USES, LauncherUse, use_of
from relionc.slurm import versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.site.types import Cluster, Launcher, Profile

CODES = (UNKNOWN_NAME, BAD_PLACEHOLDER, CONTRADICTION, WRONG_VALUE, IMPOSSIBLE)
_TOLD_BY = {
    launchers.HOSTFILE: "{hostfile} among its words",
    launchers.VARIABLE: "a `hostfile_variable`",
    launchers.TASKS_PER_NODE: "{tasks_per_node} in its words or exports",
}


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with each launcher."""
    cluster = profile.cluster
    for use, launcher in cluster.launchers.items():
        yield from _launcher(use, launcher, cluster)


def _launcher(use: str, launcher: Launcher, cluster: Cluster) -> Iterator[Finding]:
    route = ("launchers", use)
    if use not in USES:
        yield unknown(use, USES, "use of a launcher", route, on_key=True)
    of_use = use_of(use)
    # Without a scheduler nobody writes a hostfile, and there is one node.
    names = (*PLACEHOLDERS, *(of_use.placeholders if cluster.scheduler == "slurm" else ()))
    texts: list[tuple[Route, str]] = [
        ((*route, key, index), word)
        for key in ("argv", "arbitrary", "workers")
        for index, word in enumerate(getattr(launcher, key))
    ]
    texts += [((*route, "exports", name), value) for name, value in launcher.exports]
    yield from not_a_program(launcher.argv, (*route, "argv"))
    for key in ("argv", "arbitrary", "workers"):
        yield from two_words(getattr(launcher, key), (*route, key))
    wrong = [finding for place, text in texts for finding in placeholders_left(text, place, names)]
    yield from wrong or _counts(of_use, launcher, route)
    yield from _groups(of_use, launcher, route)
    yield from _placing(of_use, launcher, route)
    yield from _nodes(launcher, route, cluster)
    yield from _mpi(launcher, route, cluster)


def _counts(use: LauncherUse, launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield what a launcher has to be told in so many words, because the allocation says something else."""
    told = " ".join((*launcher.argv, *launcher.arbitrary))
    name = use.name.replace("_", "-")
    by_node = launchers.places_by(launcher) == launchers.TASKS_PER_NODE
    if use.counts and "{ntasks}" not in told and not by_node:
        message = f"the {name} launcher does not say how many ranks to start"
        advice = "pass {ntasks} explicitly: fewer or more ranks are started than Slurm allocates tasks"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=(*route, "argv"), help=advice)
    if use.inside and launchers.start(launcher, placed=True, counted=True) is None:
        message = f"the {name} launcher does not say how many ranks each node gets"
        advice = "pass {hostfile}, which has one row per rank, or name a `hostfile_variable`"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=(*route, "argv"), help=advice)


def _groups(use: LauncherUse, launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield that a launcher of two groups of nodes knows one: ranks would be missing, or on the leader's node."""
    if not use.groups or launcher.workers or any(map(versions.names_groups, launcher.argv)):
        return
    message = f"the {use.name} launcher starts nothing in the second group of nodes"
    advice = "give `workers`, the words between the leader's command and the workers'; starters of MPI know one group"
    yield Finding(code=BAD_PLACEHOLDER, message=message, route=(*route, "argv"), help=advice)


def _placing(use: LauncherUse, launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield what contradicts itself in how a launcher is told where ranks go."""
    said = launcher.places_ranks_by
    if said and said not in launchers.WAYS:
        yield unknown(said, launchers.WAYS, "way to place ranks", (*route, "places_ranks_by"))
    elif said in _TOLD_BY and not launchers.is_told(launcher, said):
        message = f"`places_ranks_by: {said}`, but nothing tells the launcher"
        yield contradiction(message, (*route, "places_ranks_by"), f"it takes {_TOLD_BY[said]}")
    elif not said and not use.inside and _half_told(launcher):
        advice = (
            "give both, or neither; a launcher that needs the variable alone has `places_ranks_by: variable`"
        )
        yield contradiction("`arbitrary` and `hostfile_variable` go together", route, advice)
    if launcher.hostfile_row:
        yield from _row(launcher, (*route, "hostfile_row"))


def _nodes(launcher: Launcher, route: Route, cluster: Cluster) -> Iterator[Finding]:
    """Yield each number of nodes that stands beside a hostfile, where srun refuses the two."""
    refused = versions.HOSTFILE_OR_NODES
    if launcher.hostfile_variable != versions.HOSTFILE or not refused.holds(cluster.slurm):
        return
    for key in ("argv", "arbitrary"):
        for index, word in enumerate(getattr(launcher, key)):
            if versions.asks_for_nodes(word):
                message = (
                    f"`{word}` stands beside a hostfile, and srun of Slurm {cluster.slurm} refuses the two"
                )
                advice = "leave it out: the hostfile says on which nodes the ranks are"
                yield contradiction(message, (*route, key, index), advice)


def _row(launcher: Launcher, route: Route) -> Iterator[Finding]:
    """Yield what is wrong with a row of a hostfile."""
    row, names = launcher.hostfile_row, launchers.ROW_PLACEHOLDERS
    wrong = list(placeholders_left(row, route, names))
    yield from wrong
    if not wrong and "{host}" not in row:
        message = f"a row `{row}` of a hostfile names no host"
        yield Finding(code=BAD_PLACEHOLDER, message=message, route=route, help='write "{host}:{count}", say')
    if not any(launchers.is_told(launcher, way) for way in (launchers.HOSTFILE, launchers.VARIABLE)):
        message = "`hostfile_row` is said, but the launcher takes no hostfile"
        yield contradiction(message, route, f"it takes {_TOLD_BY[launchers.HOSTFILE]}")


def _half_told(launcher: Launcher) -> bool:
    """Whether one of the two is missing by which srun places ranks, and no word says where they go."""
    if launcher.hostfile_variable:
        return not launcher.arbitrary
    return bool(launcher.arbitrary) and launchers.places_by(launcher) == launchers.NOTHING


def _mpi(launcher: Launcher, route: Route, cluster: Cluster) -> Iterator[Finding]:
    if not launcher.mpi:
        return
    if cluster.mpi_plugins and launcher.mpi not in cluster.mpi_plugins:
        yield unknown(launcher.mpi, cluster.mpi_plugins, "MPI plugin of this Slurm", (*route, "mpi"))
    if not any(launcher.mpi in word for word in launcher.argv):
        message = f"`mpi: {launcher.mpi}` is not what the arguments of the launcher say"
        yield Finding(
            code=CONTRADICTION, message=message, route=(*route, "mpi"), help="make `argv` and `mpi` agree"
        )
