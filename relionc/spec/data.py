"""`data:` of a job, and what the input files themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.expr import text_of
from relionc.spec.model import Data, Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relionc.catalog.types import JobType
    from relionc.diag import Route
    from relionc.spec.scope import Scope


_FRACTIONAL = ("angpix",)


class FileFacts(NamedTuple):
    """What the header of a particle STAR file says: how many, box in pixels, pixel size in Å."""

    path: str
    particles: int | None = None
    box: int | None = None
    angpix: float | None = None


def resolve(
    raw: Mapping[str, Any],
    job_type: JobType,
    texts: Mapping[str, str],
    route: Route,
    scope: Scope,
    project: str,
    file_facts: Callable[[str, str], FileFacts | None],
) -> Data:
    """Return the facts about the input; what the spec says comes before what a file says."""
    facts = _of_files(job_type, texts, project, file_facts)
    for key, value in raw.items():
        here = (*route, "data", key)
        number = _number(scope.value(value, here), fractional=key in _FRACTIONAL)
        if number is None:
            kind = "a number" if key in _FRACTIONAL else "a whole number"
            scope.report("RL109", f"`{key}` must be {kind} above 0", here)
        else:
            facts[key] = Fact(number, "spec", here)
    return Data(**facts)


def _of_files(
    job_type: JobType,
    texts: Mapping[str, str],
    project: str,
    file_facts: Callable[[str, str], FileFacts | None],
) -> dict[str, Fact[Any]]:
    for option in job_type.options.values():
        path = texts[option.key]
        if option.role == "particles" and path.endswith(".star"):
            found = file_facts(path, project)
            if found is not None:
                known = {"particles": found.particles, "box": found.box, "angpix": found.angpix}
                return {key: Fact(value, found.path) for key, value in known.items() if value is not None}
    return {}


def _number(value: Any, *, fractional: bool) -> int | float | None:
    text = text_of(value)
    if "_" in text:  # Python would read over it
        return None
    try:
        number = float(text) if fractional else int(text)
    except ValueError:
        return None
    return number if 0 < number < 1e12 else None
