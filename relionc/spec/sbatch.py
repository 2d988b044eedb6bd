"""`slurm:` of a job: further sbatch options, except those that the plan itself writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relionc.expr import refs, text_of
from relionc.spec.model import Pin

if TYPE_CHECKING:
    from relionc.spec.resources import Routed
    from relionc.spec.scope import Scope

DISTRIBUTION = "distribution"
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")

_OWNED = {
    "partition": "use `resources.partition`",
    "constraint": "use `resources.constraint`",
    "nodes": "use `resources.nodes`",
    "ntasks": "use `resources.ntasks`",
    "ntasks-per-node": "use `resources.ntasks_per_node`",
    "cpus-per-task": "use `resources.cpus_per_task`",
    "gres": "use `resources.gpus` and `resources.scratch`",
    "gpus": "use `resources.gpus`",
    "gpus-per-node": "use `resources.gpus`",
    "mem": "use `resources.mem`",
    "mem-per-cpu": "use `resources.mem_per_cpu`",
    "time": "use `resources.time`",
    "exclusive": "use `resources.exclusive`",
    "account": "use `resources.account`",
    "qos": "use `resources.qos`",
    "chdir": "use `project`",
    "dependency": "use `after`",
    "job-name": "rename the job itself, under `jobs`",
}
_REFUSED = {
    # RELION numbers the devices of a node itself; a rank that sees one device only takes it for shared.
    "gpus-per-task": "every rank would see one device as device 0 (relion#1074)",
    "gpu-bind": "every rank would see one device as device 0 (relion#1074)",
    "output": "Slurm's own output stays beside the job; RELION's goes to run.out and run.err",
    "error": "Slurm's own output stays beside the job; RELION's goes to run.out and run.err",
    "wrap": "the script is the job",
    "array": "a RELION job is one job",
    "test-only": "`relionc lint` checks without a cluster",
    "parsable": "submit.sh asks for it",
    "mem-per-gpu": "memory follows from ranks and CPUs here",
    "ntasks-per-gpu": "use resources.ranks_per_gpu",
    "overcommit": "ranks would share CPUs that the plan counts once",
}


_FLAGS = frozenset(
    {
        "contiguous",
        "get-user-env",
        "hold",
        "ignore-pbs",
        "no-kill",
        "no-requeue",
        "oversubscribe",
        "quiet",
        "reboot",
        "requeue",
        "spread-job",
        "use-min-nodes",
        "verbose",
        "wait",
    }
)
"""The options of sbatch that take no value: `--requeue=yes` is refused (sbatch of Slurm 22.05, `--help`)."""


def resolve(raw: Routed, scope: Scope) -> tuple[tuple[str, str | None], ...]:
    """Return the options in the order of the spec; `yes` is a flag without a value."""
    found: list[tuple[str, str | None]] = []
    for key, (value, route) in raw.items():
        if not _NAME.match(key):
            advice = "long names without dashes in front, as `mail-type`"
            scope.report("RL607", f"`{key}` is not the name of an sbatch option", route, advice, on_key=True)
        elif key in _OWNED:
            scope.report("RL607", f"`{key}` is written by the plan", route, _OWNED[key], on_key=True)
        elif key == DISTRIBUTION:  # `distribution` reads it
            continue
        elif key in _REFUSED:
            scope.report(
                "RL607", f"`{key}` does not go with RELION jobs: {_REFUSED[key]}", route, on_key=True
            )
        else:
            found += _one(key, scope.value(value, route), route, scope)
    return tuple(found)


def distribution(raw: Routed, gpu: bool, scope: Scope) -> Pin[str] | None:
    """Return the wish to deal ranks over nodes in turn, which the plan of a GPU job answers with what it would do.

    Blocks are what the plan makes. Any other distribution is refused, and so is that one for a job without GPUs.
    """
    if DISTRIBUTION not in raw:
        return None
    value, route = raw[DISTRIBUTION]
    text = text_of(scope.value(value, route) or "").partition(":")[0]
    if text == "block":
        return None
    if text == "cyclic" and gpu:
        return Pin(text, route)
    why = "the plan places the ranks, in blocks; sbatch refuses `arbitrary` without a node list"
    scope.report("RL607", f"`{DISTRIBUTION}` does not go with RELION jobs: {why}", route, on_key=True)
    return None


def _one(key: str, value: Any, route: Any, scope: Scope) -> list[tuple[str, str | None]]:
    if value is None:
        return []
    if value is True or value is False or (key in _FLAGS and value in ("yes", "no")):
        return [(key, None)] if value in (True, "yes") else []
    if key in _FLAGS:
        scope.report("RL607", f"`{key}` takes no value", route, "write yes or no")
        return []
    text = text_of(value)
    if any(ord(character) < 0x20 for character in text):
        what = "a shell reference" if refs.OPEN in text else "a line break or control character"
        scope.report("RL901", f"`{key}` has {what}; sbatch reads its options without a shell", route)
        return []
    return [(key, text)]
