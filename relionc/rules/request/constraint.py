"""Features that no node has."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.rules.pins import meaningless
from relionc.slurm.constraint import constraint_allows, parse_constraint
from relionc.slurm.syntax import SlurmSyntaxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import Pin, ResolvedJob

CODE = "RL602"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for features that no node has, and a warning for any where there is no queue."""
    pin = job.resources.constraint
    if pin is None:
        return
    if cluster.scheduler == "slurm":
        yield from _unmet(pin, cluster)
    else:
        yield meaningless(pin, CODE, "constraint", cluster)


def _unmet(pin: Pin[str], cluster: Cluster) -> Iterator[Finding]:
    try:
        wanted = parse_constraint(pin.value)
    except SlurmSyntaxError as error:
        yield Finding(code=CODE, message=str(error), route=pin.route, help=error.help)
        return
    nodes = cluster.node_types.values()
    if not any(constraint_allows(wanted, node.features) for node in nodes):
        features = sorted({feature for node in nodes for feature in node.features})
        yield Finding(
            code=CODE,
            message=f"no node of {cluster.name} has the features `{pin.value}`",
            route=pin.route,
            help=f"the features are {', '.join(features)}",
        )
