"""Ranks and threads that leave cores of the last node idle, by the cores of a node that the spec names."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.job import JobInTemplate

CODE = "RL711"


def check(job: JobInTemplate) -> Iterator[Finding]:
    """Yield the warning that RELION's window gives."""
    name, _ = job.queue.options["dedicated"]
    plan, route = job.plan, job.plan.job.given.get(name)
    if route is None or not job.leaves_cores_idle:
        return
    message = f"{plan.ntasks} ranks of {plan.threads} threads do not fill nodes of {job.texts[name]} cores"
    advice = "RELION advises a multiple of the cores of a node"
    yield Finding(code=CODE, message=message, route=route, severity=WARNING, help=advice)
