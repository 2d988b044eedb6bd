"""What a launcher can do with the ranks of a layout: one answer, for the check of a profile and for its scripts."""

from __future__ import annotations

from functools import lru_cache

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.site.types import Launcher

WAYS = ("nothing", "hostfile", "variable", "tasks_per_node")
"""By what a launcher learns where ranks go."""
NOTHING, HOSTFILE, VARIABLE, TASKS_PER_NODE = WAYS
ROW = "{host}"
"""A row of a hostfile where the profile does not say what it looks like: the host of one rank."""
ROW_PLACEHOLDERS = ("host", "count", "rank", "cores")
"""What is filled in there; a row with a `count` of ranks is one for each node, any other one for each rank."""
COUNTS = ("{nodes}", "{ranks_per_node}", "{tasks_per_node}")
"""Placeholders that nobody can fill in where Slurm chooses the nodes."""


class Start(NamedTuple):
    """How a launcher starts ranks: its words and variables, and a row of the hostfile that it reads (empty: none).

    `variable` (empty: none) says to it where the hostfile is; the variables of `unset` would contradict the hostfile.
    """

    words: tuple[str, ...]
    exports: tuple[tuple[str, str], ...]
    row: str = ""
    variable: str = ""
    unset: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def start(launcher: Launcher, *, placed: bool, counted: bool) -> Start | None:
    """Return how a launcher starts the ranks of a layout; None: it cannot.

    `placed`: the ranks are not where Slurm allocates tasks, so the launcher has to be told. `counted`: how many ranks
    each node gets is known before the job runs. A variable that holds such counts is left to Slurm otherwise.
    """
    words = launcher.argv + (launcher.arbitrary if placed else ())
    exports = tuple(pair for pair in launcher.exports if counted or not _holds(pair[1], COUNTS))
    if placed and places_by(launcher) == NOTHING:
        return None
    if not counted and any(_holds(word, COUNTS) for word in words):
        return None
    variable = launcher.hostfile_variable if placed and places_by(launcher) in (HOSTFILE, VARIABLE) else ""
    if not variable and not any("{hostfile}" in text for text in (*words, *dict(exports).values())):
        return Start(words, exports)
    return Start(words, exports, launcher.hostfile_row or ROW, variable, launcher.unset)


def places_by(launcher: Launcher) -> str:
    """Return by what a launcher places ranks: as its profile says, or else as its words show."""
    shown = (way for way in WAYS if way != NOTHING and is_told(launcher, way))
    return launcher.places_ranks_by or next(shown, NOTHING)


def is_told(launcher: Launcher, way: str) -> bool:
    """Whether a launcher has what placing ranks in this way takes."""
    if way == VARIABLE:
        return bool(launcher.hostfile_variable)
    return any(f"{{{way}}}" in text for text in _texts(launcher))


def has_daemons(launcher: Launcher) -> bool:
    """Whether a launcher has one process started on each node, which starts the ranks there.

    A launcher that reads a list of hosts does; srun, which has a daemon on each node already, is told by a variable.
    """
    if launcher.daemons is not None:
        return launcher.daemons
    return places_by(launcher) in (HOSTFILE, TASKS_PER_NODE)


def title(launcher: Launcher) -> str:
    """Return what messages call a launcher: its name, or its program."""
    return launcher.name or next(iter(launcher.argv), "")


def _texts(launcher: Launcher) -> tuple[str, ...]:
    return (*launcher.argv, *launcher.arbitrary, *dict(launcher.exports).values())


def _holds(text: str, placeholders: tuple[str, ...]) -> bool:
    return any(each in text for each in placeholders)
