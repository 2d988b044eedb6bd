"""A program of another site: RELION has a path of its own for it, which is right nowhere else."""

from __future__ import annotations

from relionc.catalog import fast
from relionc.diag import WARNING, Finding
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.catalog.types import Option
    from relionc.expr import AnyText
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL136"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning for each path that RELION has compiled in, and the job's commands use."""
    doubtful = [
        option for option in job.type.options.values() if option.is_elsewhere and option.key not in job.given
    ]
    if not doubtful:
        return
    from relionc.lower.decided import of_site

    texts = {**job.options, **of_site(job.type, job.given, dict(cluster.environment))}
    for option in _used(doubtful, texts, job):
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"`{option.key}` is left out, and RELION's own path for it is `{option.default}`",
            route=(*job.route, "options"),
            on_key=True,
            help=_advice(option),
            why="a path at the place where RELION is written (src/pipeline_jobs.h); other sites have none there",
        )


def _used(doubtful: list[Option], texts: Mapping[str, AnyText], job: ResolvedJob) -> Iterator[Option]:
    """Yield the options whose default is in a command of the job."""
    typed = [show(texts[key]) for key in job.given]
    if fast.nothing_elsewhere(job.type, texts, output=job.output, is_continue=job.is_continue) and not any(
        option.default in text for option in doubtful for text in typed
    ):
        return
    from relionc.lower.commands import relion_commands

    made = relion_commands(job.type, texts, output=job.output, is_continue=job.is_continue)
    words = {word for text in made.texts for word in text.split()}
    yield from (
        option for option in doubtful if option.default in words and texts[option.key] == option.default
    )


def _advice(option: Option) -> str:
    if not option.variable:
        return f"say where it is: `{option.key}: /path/to/it`"
    return (
        f"say where it is, or `{option.key}: ${{{{ env.{option.variable} }}}}` if modules set that variable; "
        "a profile may have it under `programs`"
    )
