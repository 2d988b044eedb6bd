"""A cluster that is there: Slurm's programs are asked, each once, with nothing but what they print."""

from __future__ import annotations

import os
import subprocess

from relionc.survey import knowledge
from relionc.survey.told import nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.survey.knowledge import SlurmProgram
    from relionc.survey.told import Survey

PATIENCE = 30.0
"""Seconds that a program may take: a busy controller answers late."""
_MOST = 96 << 20
_OURS = ("SLURM_TIME_FORMAT", "SLURM_PARTITION", "SINFO_FORMAT", "SINFO_PARTITION", "SINFO_SORT")


class NotAskedError(Exception):
    """Slurm could not be asked; the text is for the user."""


def read() -> Survey:
    """Return what Slurm tells; raises NotAskedError where it tells of no nodes."""
    told = nothing()
    trouble: list[str] = []
    for each in knowledge.asked():
        if each.instead and told.nodes and told.partitions:
            continue
        answer, why = _answer(each)
        if why and each.tells in ("nodes", "partitions", "config"):
            trouble.append(why)
        if answer and told.read(answer):
            told.sources.append(
                " ".join(word for word in each.argv if word not in ("bash", "-lc", "-o", "-P"))
            )
    if not told.nodes:
        raise NotAskedError(trouble[0] if trouble else "Slurm tells of no nodes (PrivateData may hide them)")
    return told


def _answer(asked: SlurmProgram) -> tuple[str, str]:
    """Return what a program prints on both streams, or why there is nothing."""
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    name = asked.argv[0]
    try:
        done = subprocess.run(  # noqa: S603 - programs of Slurm, as knowledge.yaml has them
            asked.argv,
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        return (
            "",
            f"`{name}` is not on this machine: call relionc where jobs are submitted, or give it saved text",
        )
    except OSError as error:
        return "", f"`{name}` cannot be run: {error.strerror or error}"
    except subprocess.TimeoutExpired:
        return "", f"`{name}` has not answered for {PATIENCE:.0f} seconds"
    out, err = (text[:_MOST].decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    if done.returncode and asked.tells not in ("plugins", "modules"):
        return "", f"`{' '.join(asked.argv)}` says: {err.strip()[:300] or f'exit code {done.returncode}'}"
    return (out if out.strip() else err), ""
