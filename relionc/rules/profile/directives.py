"""Options of sbatch that a profile gives to every job."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.site.read import WRONG_VALUE
from relionc.slurm.options import ALWAYS, NEVER, NOBODY, OPTIONS, PLAN, meant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.site.types import Cluster, Profile

BAD_OPTION, OF_PLAN = "RL654", "RL650"
CODES = (BAD_OPTION, OF_PLAN, WRONG_VALUE)

_INSTEAD = {
    "exclusive": "where jobs get whole nodes anyway, say `exclusive: true` of the partition; a job that wants one "
    "for itself says `resources: {exclusive: true}`",
    "constraint": "say the features of the node types: the plan asks for those that its nodes have",
    "partition": "the partition that comes first is preferred; Slurm's own default has `default: true`",
    "time": "the usual time limit is `time` of `policy`",
}
"""What a profile says in place of an option that the plan decides."""


def check(profile: Profile) -> Iterator[Finding]:
    """Yield an error for each option that the plan writes, nobody says, or sbatch does not take so."""
    cluster = profile.cluster
    said: list[tuple[Route, str, str | None]] = [
        (("directives", name), name, value) for name, value in cluster.directives
    ]
    for each in cluster.partitions.values():
        inside = ("partitions", each.name, "directives")
        said += [((*inside, name), name, value) for name, value in each.directives]
    for route, name, value in said:
        option = OPTIONS.get(name)
        if option is None:
            message = f"{name[:64]!r} is not the full name of an sbatch option"
            yield Finding(code=BAD_OPTION, message=message, route=route, help=meant(name), on_key=True)
        elif option.owner == PLAN:
            message = f"the profile `{cluster.name}` gives every job `--{name}`, which the plan decides"
            advice = _INSTEAD.get(name, f"take `{name}` out of the profile's `directives`")
            yield Finding(code=OF_PLAN, message=message, route=route, help=advice, on_key=True)
        elif option.owner == NOBODY:
            message = f"`{name}` cannot be used with RELION jobs: {option.why}"
            yield Finding(code=BAD_OPTION, message=message, route=route, help="take it out", on_key=True)
        elif name == "gres" and (planned := _planned(value or "", cluster)):
            message = (
                f"the profile `{cluster.name}` gives every job the gres `{planned}`, which the plan decides"
            )
            advice = f"take `{planned}` out of the profile's `directives`"
            yield Finding(code=OF_PLAN, message=message, route=route, help=advice, on_key=True)
        elif option.value == (ALWAYS if value is None else NEVER):
            message = f"`{name}` {'needs a' if value is None else 'takes no'} value"
            yield Finding(code=WRONG_VALUE, message=message, route=route, help="true stands for no value")


def _planned(text: str, cluster: Cluster) -> str:
    """Return the generic resource of a directive that the plan asks for itself; or nothing."""
    own = {cluster.gres_gpu, cluster.scratch.gres if cluster.scratch else ""}
    names = (part.strip().partition(":")[0] for part in text.split(","))
    return next((name for name in names if name and name in own), "")
