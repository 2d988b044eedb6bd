"""What a site wants to be told with every job, and no profile can know: whose account pays."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL616"
_ADVICE = {
    "account": "say whose account pays, as `resources: {account: NAME}` of the job or of `defaults`",
    "qos": "say which QOS the job has, as `resources: {qos: NAME}` of the job or of `defaults`",
}


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for each that neither the spec nor the profile says."""
    said = {name for name, _ in cluster.directives}
    said |= {name for each in cluster.partitions.values() for name, _ in each.directives}
    for name in cluster.require:
        if name in said or getattr(job.resources, name, None) is not None:
            continue
        source = cluster.source_of("require")
        yield Finding(
            code=CODE,
            message=f"{cluster.name} takes no job without `{name}`",
            route=job.route,
            on_key=True,
            help=_ADVICE[name],
            why=f"rule of the site ({source.text})" if source else "",
        )
