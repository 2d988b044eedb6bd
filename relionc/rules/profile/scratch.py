"""Scratch space that jobs would share, or that nobody knows the size of."""

from __future__ import annotations

import re

from relionc.diag import WARNING, Finding
from relionc.site.read import MISSING_KEY, WRONG_VALUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.site.types import Profile

SHARED_SCRATCH = "RL679"
CODES = (WRONG_VALUE, SHARED_SCRATCH, MISSING_KEY)
_OF_JOB = re.compile(r"\$\{(?!(?:USER|LOGNAME|HOME|UID|SCRATCH|WORK|PROJECT|GROUP)\})\w+\}")
"""A variable that a job may have for itself: a site's own mostly is, a user's is not."""


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the scratch space of a site."""
    cluster = profile.cluster
    scratch = cluster.scratch
    if scratch is None:
        return
    if scratch.path and not scratch.path.startswith(("/", "$")):
        message = f"the scratch path `{scratch.path}` is not absolute"
        yield Finding(
            code=WRONG_VALUE, message=message, route=("scratch", "path"), help=f"write /{scratch.path}"
        )
    elif cluster.scheduler == "slurm" and not scratch.private and not _OF_JOB.search(scratch.path):
        whose = "every job of a user" if "${" in scratch.path else "every job"
        message = (
            f"{whose} gets the same scratch folder; a second job on a node deletes the first one's particles"
        )
        advice = f"write {scratch.path.rstrip('/')}/${{SLURM_JOB_ID}}, or `private: true` where each job sees its own"
        route: Route = ("scratch", "path")
        yield Finding(code=SHARED_SCRATCH, message=message, route=route, help=advice, severity=WARNING)
    if scratch.gres and not any(node.scratch_gib for node in cluster.node_types.values()):
        message = f"scratch is the gres `{scratch.gres}`, but no node type says how much it has"
        yield Finding(
            code=MISSING_KEY, message=message, route=("scratch", "gres"), help="add `scratch:` to node types"
        )
