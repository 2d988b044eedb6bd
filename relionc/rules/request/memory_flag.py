"""Memory asked for in the way that a site does not take."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import Pin, ResolvedJob

CODE = "RL404"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for memory by node where the site wants it by CPU, and the other way round."""
    per_cpu, per_node = job.resources.mem_per_cpu, job.resources.mem
    if cluster.scheduler != "slurm" or (per_cpu is not None and per_node is not None):
        return
    if cluster.memory_flag == "none":
        for name, pin in (("mem", per_node), ("mem_per_cpu", per_cpu)):
            if pin is not None:
                yield _none(name, pin, cluster)
        return
    if per_node is not None and cluster.memory_flag == "per_cpu":
        yield _wrong("mem", "mem_per_cpu", per_node, cluster)
    if per_cpu is not None and cluster.memory_flag == "per_node":
        yield _wrong("mem_per_cpu", "mem", per_cpu, cluster)


def _none(given: str, pin: Pin[int], cluster: Cluster) -> Finding:
    message = f"{cluster.name} takes no option for memory; `{given}` is one"
    return Finding(code=CODE, message=message, route=pin.route, on_key=True, help="leave it out")


def _wrong(given: str, wanted: str, pin: Pin[int], cluster: Cluster) -> Finding:
    source = cluster.source_of("memory_flag")
    return Finding(
        code=CODE,
        message=f"{cluster.name} wants memory as `{wanted}`, not `{given}`",
        route=pin.route,
        on_key=True,
        help=f"write `{wanted}`, or leave it out: the plan takes what the job needs",
        why=f"rule of the site ({source.text})" if source else "",
    )
