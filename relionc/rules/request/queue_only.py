"""What only a queue could give or take, asked of a machine without one."""

from __future__ import annotations

from relionc.rules.pins import meaningless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL617"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning for each: nothing of it goes into a script that no queue reads."""
    if cluster.scheduler == "slurm":
        return
    asked = job.resources
    pins = {"time": asked.time, "account": asked.account, "qos": asked.qos, "exclusive": asked.exclusive}
    yield from (meaningless(pin, CODE, name, cluster) for name, pin in pins.items() if pin is not None)
