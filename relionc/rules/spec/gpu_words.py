"""A list of GPUs in which something else stands than numbers."""

from __future__ import annotations

import re

from relionc.diag import Finding
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL318"
_LIST = re.compile(r"[0-9,: \t]*")
_RANGE = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for a list that begins with a number and is none; of another text RELION makes no list."""
    pin = job.resources.gpu_ids
    text = show(pin.value).strip() if pin is not None else ""
    if pin is None or not text[:1].isdecimal() or _LIST.fullmatch(text):
        return
    found = _RANGE.fullmatch(text)
    meant = ":".join(map(str, range(int(found[1]), int(found[2]) + 1))) if found else ""
    yield Finding(
        code=CODE,
        message=f"`{text}` is not a list of GPUs: RELION takes the number that an entry begins with for all of it",
        route=pin.route,
        help=f"write `{meant}`"
        if meant
        else "numbers, with `:` between ranks and `,` between the GPUs of a rank",
    )
