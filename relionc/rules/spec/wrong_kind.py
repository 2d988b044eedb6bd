"""A file of an earlier job where RELION wants one of another kind."""

from __future__ import annotations

from relionc.catalog import kinds
from relionc.diag import ERROR, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import Product, ResolvedJob

CODE = "RL155"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each file of an earlier job that is of no kind that the option takes."""
    for key, each in job.inputs.items():
        option = job.type.options[key]
        if each.made is None or not (option.node_type and each.made.node_type):
            continue
        wanted, got = (
            kinds.kind_of(name, job.type.version) for name in (option.node_type, each.made.node_type)
        )
        if wanted is None or got is None or kinds.fits(got, wanted):
            continue
        same_format = kinds.is_image(wanted) and kinds.is_image(got)
        yield Finding(
            code=CODE,
            severity=WARNING if same_format else ERROR,
            message=f"`{key}` wants {kinds.in_words(wanted)}, and {_named(each.made)} is {kinds.in_words(got)}",
            route=job.given.get(key, job.route),
            help="RELION reads one for the other without a word" if same_format else "",
        )


def _named(made: Product) -> str:
    return f"`jobs.{made.job}.outputs.{made.name}`" if made.name else f"that file of `{made.job}`"
