"""Values that a shell would read as more than a value: RELION's own scripts do not quote them."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.queue_template.job import JobInTemplate

CODE = "RL904"


def check(job: JobInTemplate) -> Iterator[Finding]:
    """Yield an error for each command with such a word."""
    for word in job.misread_words:
        message = f"RELION's script does not quote {word!r}, and a shell would read more in it"
        advice = "use a name without such characters, or build without a template"
        yield Finding(code=CODE, message=message, route=_route_of(word, job), help=advice)


def _route_of(word: str, job: JobInTemplate) -> Route:
    """Return the route of the option that a word of a command comes from; else that of the job's options."""
    given = job.plan.job.given
    inside = (route for key, route in given.items() if job.texts[key] and show(job.texts[key]) in word)
    return next(inside, (*job.plan.job.route, "options"))
