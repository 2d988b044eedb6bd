"""A version of Slurm that nobody tried, for a layout that versions before and after it treat differently."""

from __future__ import annotations

from relionc.diag import NOTE, Finding
from relionc.slurm.versions import in_doubt, taken_as

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

CODE = "RL221"


def check(plan: JobPlan, cluster: Cluster) -> Iterator[Finding]:
    """Yield a note for each difference that the layout depends on."""
    for difference in in_doubt(cluster.slurm, plan.mode):
        yield Finding(
            code=CODE,
            severity=NOTE,
            message=f"Slurm {cluster.slurm} is taken as {taken_as(cluster.slurm)}: no version between was tried",
            route=plan.job.route,
            on_key=True,
            help="look where the ranks of a first job are, or use another `layout`",
            why=f"on {', '.join(difference.on)} {difference.what}",
        )
