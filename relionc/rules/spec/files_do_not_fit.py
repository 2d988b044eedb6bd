"""Files that do not fit each other or the options, by the catalogue's rules about them."""

from __future__ import annotations

from relionc import catalog
from relionc.catalog.filefacts import DATA
from relionc.diag import Finding, Related
from relionc.expr import references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog.types import DataRule
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL154"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each rule of the job type that holds, by what is known of the files."""
    if not job.type.traits.data_rules:
        return
    for found in catalog.judged(job.type, job.options, job.known, is_continue=job.is_continue):
        of_data = found.rule.option == DATA
        route = job.given.get(next(iter(job.inputs), "") if of_data else found.rule.option)
        yield Finding(
            code=CODE,
            severity=found.rule.severity,
            message=found.message,
            route=route or (*job.route, "options"),
            on_key=route is None,
            help=found.help,
            why=found.rule.source,
            conflict=tuple(_makers(job, found.rule)),
        )


def _makers(job: ResolvedJob, rule: DataRule) -> Iterator[Related]:
    """Yield the jobs of the spec that make the files which a rule looks at."""
    names = {parts[0] for parts in references(rule.when) if len(parts) > 1}
    wanted = job.inputs if DATA in names else names
    made = (job.inputs[key].made for key in wanted if key in job.inputs)
    for name in dict.fromkeys(each.job for each in made if each):
        yield Related(f"`{name}` makes it", route=("jobs", name), on_key=True)
