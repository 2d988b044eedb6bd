"""A queue, by RELION's own option, that is not the one of the plan."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.job import JobInTemplate

CODE = "RL108"


def check(job: JobInTemplate) -> Iterator[Finding]:
    """Yield an error: the layout was made for another partition."""
    name, _ = job.queue.options["queue"]
    given, planned = job.plan.job.given.get(name), job.plan.workers.partition
    if given is None or not planned or job.texts[name] == planned:
        return
    message = f"`{name}` is `{job.texts[name]}`, but the job is planned for partition `{planned}`"
    advice = f"leave `{name}` out, and say `resources: {{partition: …}}`"
    yield Finding(code=CODE, message=message, route=given, help=advice)
