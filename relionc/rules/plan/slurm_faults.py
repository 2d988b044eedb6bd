"""A known fault of the site's Slurm that a layout runs into."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.slurm.faults import faults

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

CODE = "RL220"


def check(plan: JobPlan, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning for each."""
    launcher = cluster.launchers.get(plan.mode)
    for fault in faults(cluster.slurm, plan.mode, launcher.mpi) if launcher else ():
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=fault.what,
            route=plan.job.route,
            on_key=True,
            help="another `layout`, or a `time` not far above what the job takes",
            why=f"{fault.why}, mended in {fault.fixed} ({fault.source}); {cluster.name} has {cluster.slurm}",
        )
