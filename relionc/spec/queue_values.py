"""What a job file says to a queue → the same as resources of a spec, or why that cannot be told."""

from __future__ import annotations

import re

from relionc.catalog.queue import load_queue
from relionc.record import NamedTuple
from relionc.slurm.gres import parse_gres
from relionc.slurm.syntax import SlurmSyntaxError, is_name
from relionc.slurm.times import parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog.queue import Queue
    from relionc.spec.job_from_file import Job

_GPUS = "gpu"
_NOT_SAID = "only the site's template says what it is; write it under `resources` or `slurm`"


class QueueValues(NamedTuple):
    """`resources` that mean the same; of what does not, its name, text and why. `partition`: one is among them."""

    resources: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str, str], ...] = ()

    @property
    def partition(self) -> bool:
        """Whether the name of the queue is among the resources."""
        return any(name == "partition" for name, _ in self.resources)


def number_of_entry(name: str, queue: Queue) -> int | None:
    """Return which entry of a site's own an option of a job file is, None if it is none."""
    pattern = re.escape(queue.extra_option).replace(r"\{n\}", "([0-9]{1,3})")
    found = re.fullmatch(pattern, name)
    return int(found[1]) if found else None


def queue_values(job: Job) -> QueueValues:
    """Return what a job says to its queue; nothing where it goes through none."""
    role = job.type.option_of_role("queue")
    if role is None or job.options.get(role.key, role.default) != "Yes":
        return QueueValues()
    queue = load_queue(job.type.version)
    resources = dict(_partition(job, queue))
    left_out = []
    for number, text in sorted(job.entries.items()):
        meaning = _meaning(text)
        if meaning is not None and meaning[0] not in resources:
            resources[meaning[0]] = meaning[1]
        elif text:
            left_out.append((queue.extra_option.replace("{n}", str(number)), text, _NOT_SAID))
    return QueueValues(tuple(resources.items()), tuple(left_out))


def _partition(job: Job, queue: Queue) -> Mapping[str, str]:
    key, otherwise = queue.options["queue"]
    option = job.type.options.get(key)
    name = job.options.get(key, option.default if option else otherwise)
    given = key in job.options and name and is_name(name)
    return {"partition": name} if given else {}


def _meaning(text: str) -> tuple[str, str] | None:
    """Return the resource that a text can only be: a time by its colons or days, GPUs by their gres; else None."""
    try:
        if re.fullmatch(r"[0-9]+-[0-9:]+|[0-9]+:[0-9]+:[0-9]+", text):
            parse_time(text)
            return "time", text
        found = parse_gres(text)
    except SlurmSyntaxError:
        return None
    if len(found) != 1 or found[0].name != _GPUS or text.strip() == _GPUS:
        return None
    return "gpus", ":".join(filter(None, (found[0].type, str(found[0].count))))
