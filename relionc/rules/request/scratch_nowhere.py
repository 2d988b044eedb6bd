"""Scratch space asked for where the profile does not say where it is: nobody would ask for it, or use it."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL505"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for an amount of scratch space without a folder for it."""
    pin = job.resources.scratch
    if pin is None or not pin.value or cluster.scratch is not None or job.resources.scratch_dir is not None:
        return
    message = f"scratch space is asked for, and the profile of {cluster.name} does not say where it is"
    advice = (
        "add `scratch: {path: …}` to the profile, or say `scratch_dir` in `options`, or leave `scratch` out"
    )
    yield Finding(code=CODE, message=message, route=pin.route, on_key=True, help=advice)
