"""A list of GPUs that is longer than any job's."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.expr.refs import show
from relionc.plan.gpus import parse_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL033"


MOST_ENTRIES, MOST_CHARACTERS = 64, 512


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield an error for one that is: the search for a layout looks at every entry."""
    pin = job.resources.gpu_ids
    text = "" if pin is None else show(pin.value)
    if pin is None or (len(parse_ids(text)) <= MOST_ENTRIES and len(text) <= MOST_CHARACTERS):
        return
    message = f"a list of GPUs of {len(parse_ids(text)):,} entries and {len(text):,} characters is too long"
    advice = f"at most {MOST_ENTRIES} entries and {MOST_CHARACTERS:,} characters; RELION begins a list again at its end"
    yield Finding(code=CODE, message=message, route=pin.route, help=advice)
