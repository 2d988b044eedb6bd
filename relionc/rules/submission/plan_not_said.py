"""Options that the plan decided and no directive of the template says: Slurm would go its own way."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.job import JobInTemplate

CODE = "RL708"


def check(job: JobInTemplate) -> Iterator[Finding]:
    """Yield a warning that names them all."""
    left_out = [name for name, _ in job.asked.rest({each.name for each in job.options})]
    if not left_out or job.misread:
        return
    names = ", ".join(f"`{name}`" for name in left_out)
    message = f"the template omits what the plan decided: {names}"
    advice = f"`#SBATCH {job.free.another()}` in the template takes whatever no other line says"
    route = job.plan.job.route
    yield Finding(code=CODE, message=message, route=route, on_key=True, severity=WARNING, help=advice)
