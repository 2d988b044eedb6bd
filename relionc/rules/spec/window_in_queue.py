"""A program that waits for a person, in a batch job."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL611"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning where the job waits in a queue and its program shows a window."""
    if job.needs.window and not job.interactive and cluster.scheduler == "slurm":
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"{job.type.title} shows a window with these options; nobody sees it in a queue",
            route=(*job.route, "type"),
            help="do this step in RELION's window and name its output in a second spec, or set `interactive: yes`",
            why="A batch job has no screen: the program stops, or waits for a click until its time is up, and so do "
            "later jobs.",
        )
