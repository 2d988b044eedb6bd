"""What launchers are for, by the names that a profile gives them."""

from __future__ import annotations

from relionc.record import NamedTuple

PLACEHOLDERS = ("ntasks", "cpus_per_task")
PLACING = ("nodes", "ranks_per_node", "tasks_per_node", "hostfile")


class LauncherUse(NamedTuple):
    """What is true of the launchers of one use.

    `placeholders` are filled in besides the usual ones; `counts`: it has to be told how many ranks to start; `inside`:
    it starts several in each task, so it has to place them. `groups`: it starts them in two groups of nodes. `of_mode`:
    it is for the mode of the same name alone.
    """

    name: str
    placeholders: tuple[str, ...] = ()
    counts: bool = False
    inside: bool = False
    groups: bool = False
    of_mode: bool = False


USES = {
    use.name: use
    for use in (
        LauncherUse("batch", PLACING, counts=True),
        LauncherUse("gpu", PLACING, counts=True),
        LauncherUse("interactive", PLACING),
        LauncherUse("serial"),
        LauncherUse("hetjob", ("workers", "leader_cpus"), groups=True, of_mode=True),
        LauncherUse("one_task_per_node", PLACING, counts=True, inside=True, of_mode=True),
    )
}


def use_of(name: str) -> LauncherUse:
    """Return what is true of launchers of a use; of an unknown one, nothing."""
    return USES.get(name, LauncherUse(name))
