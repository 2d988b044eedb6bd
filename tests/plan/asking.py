"""Ask relionc for plans as a user would: a spec goes in as text, a plan or diagnostics come out."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from relionc import site
from relionc.pipeline import Compiled, Disk, Request, compile_spec
from relionc.pipeline.profile import from_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.diag import Route
    from relionc.site.types import Cluster

INPUTS = {
    "import": {"fn_in_raw": "Micrographs/*.mrcs"},
    "motioncorr": {"input_star_mics": "Import/job001/movies.star"},
    "ctffind": {
        "input_star_mics": "MotionCorr/job002/micrographs.star",
        "use_ctffind4": True,
        "fn_ctffind_exe": "/opt/ctffind",
    },
    "class2d": {"fn_img": "particles.star"},
    "class3d": {"fn_img": "particles.star", "fn_ref": "ref.mrc"},
    "autopick": {},
    "refine3d": {"fn_img": "particles.star", "fn_ref": "ref.mrc"},
}
"""What each type cannot do without."""

MOTIONCOR2 = {"do_own_motioncor": False, "fn_motioncor2_exe": "/opt/MotionCor2"}


def spec(
    job: Mapping[str, Any], *, cluster: str = "biowulf", relion: str = "3.1", **more: Any
) -> dict[str, Any]:
    """Return a spec with one job `a`, its input filled in."""
    kind = job.get("type", "class3d")
    whole = {**job, "type": kind, "options": {**INPUTS.get(kind, {}), **job.get("options", {})}}
    return {"relionc": 1, "cluster": cluster, "relion": relion, **more, "jobs": {"a": whole}}


def text(value: Mapping[str, Any]) -> str:
    """Return a spec as text; JSON is YAML."""
    return json.dumps(value, indent=1)


def no_file(path: str) -> bytes:
    raise FileNotFoundError(2, "No such file or directory", path)


def compiled(
    value: Mapping[str, Any] | str, *, profile: Mapping[str, Any] | None = None, why: bool = False
) -> Compiled:
    """Compile a spec that sees no other files than, perhaps, a profile of its own under the name of PROFILE."""
    data = value if isinstance(value, str) else text(value)

    def read(path: str) -> bytes:
        return text(profile).encode() if profile is not None and path == PROFILE else no_file(path)

    return compile_spec(Request(path="spec.yaml", data=data.encode(), why=why), Disk(read, lambda *_: None))


PROFILE = "./site.yaml"


def plan(result: Compiled, job: str = "a") -> dict[str, Any]:
    """Return the plan of one job as plan.json has it."""
    assert result.plan is not None, [f"{d.code} {d.message}" for d in result.diagnostics]
    made: dict[str, Any] = json.loads(json.dumps(result.plan))["jobs"][job]
    return made


def profile(name: str | Mapping[str, Any]) -> Cluster:
    """Return a profile by its built-in name, or the one that the values of a profile file make."""
    if isinstance(name, str):
        return site.builtin(name)
    cluster, findings = from_value(name)
    assert cluster is not None, findings
    return cluster


def changed(value: dict[str, Any], route: Route, said: str) -> dict[str, Any]:
    """Return a spec with a suggested change made, as somebody would type it."""
    new = copy.deepcopy(value)
    place = new
    for key in route[:-1]:
        place = place[key]
    if said == "(leave it out)":
        del place[route[-1]]
    else:
        place[route[-1]] = int(said) if said.isdigit() else said
    return new
