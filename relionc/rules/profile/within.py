"""Programs that stand among the words of a launcher, and that RELION is to run in: a container, mostly."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.rules.findings import CONTRADICTION, contradiction
from relionc.site.launchers import title

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.site.types import Launcher, Profile

CODES = (CONTRADICTION,)
CONTAINERS = frozenset(
    (
        *("apptainer", "singularity", "shifter", "sarus", "enroot", "udocker"),
        *("podman", "podman-hpc", "docker", "ch-run"),
    )
)
"""Programs that run another one in a container."""


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error where words for placing would go to such a program, a warning where it is not for all."""
    cluster = profile.cluster
    for use, launcher in cluster.launchers.items():
        at = _program_at(launcher)
        if at is None:
            continue
        route: Route = ("launchers", use, "argv", at)
        if launcher.arbitrary:
            message = (
                f"`{launcher.argv[at]}` would get the words of `arbitrary`, which are for {title(launcher)}"
            )
            yield contradiction(message, route, _advice(launcher, at))
        elif use == "batch" and _is_container(launcher.argv[at]) and "serial" not in cluster.launchers:
            message = f"programs without MPI would run outside of `{launcher.argv[at]}`"
            found = Finding(code=CONTRADICTION, message=message, route=route, help=_advice(launcher, at))
            yield found._replace(severity=WARNING)


def _program_at(launcher: Launcher) -> int | None:
    """Return which word is such a program; None where there is none, or nobody can say.

    srun's own words are options, and behind an option without `=` perhaps its value. Other launchers have words of
    any kind (`--mca btl self`): of theirs only programs for containers are known.
    """
    words = launcher.argv
    for at, word in enumerate(words[1:], 1):
        before = words[at - 1]
        behind = at == 1 or not before.startswith("-") or "=" in before
        if _is_container(word) or (_base(words[0]) == "srun" and behind and not word.startswith(("-", ":"))):
            return at
    return None


def _is_container(word: str) -> bool:
    return _base(word) in CONTAINERS


def _base(word: str) -> str:
    return word.rpartition("/")[2]


def _advice(launcher: Launcher, at: int) -> str:
    words = ", ".join(
        f'"{word}"' if set(word) & set('{}[],:"#&*!|>%@` ') else word for word in launcher.argv[at:]
    )
    return f'take them out of `argv`, and say beside `launchers`: wrapper: {{"*": [{words}]}}'
