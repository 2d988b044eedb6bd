"""Memory by node and by CPU."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL403"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for both on a cluster whose scheduler takes one."""
    per_cpu, per_node = job.resources.mem_per_cpu, job.resources.mem
    if cluster.scheduler == "slurm" and per_cpu is not None and per_node is not None:
        yield Finding(
            code=CODE,
            message="`mem` and `mem_per_cpu` exclude each other",
            route=per_node.route,
            on_key=True,
            help="keep one of them; Slurm multiplies `mem_per_cpu` by the CPUs of the node",
            why="sbatch stops with «--mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive»",
        )
