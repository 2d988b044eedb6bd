"""`data:` of a job, and what the input files themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.expr import Text, text_of
from relionc.expr.refs import show
from relionc.source.values import as_scalar
from relionc.spec.model import Data, Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relionc.catalog.types import JobType
    from relionc.data.facts import FileFacts
    from relionc.diag import Route
    from relionc.expr import AnyText, Value
    from relionc.source.values import Plain
    from relionc.spec.scope import SpecScope

    Reader = Callable[[str, str], FileFacts | None]
    """Says what is in a file, by its path and the project's."""
    Facts = dict[str, Fact[Any]]
    """Facts by the names of `Data`, which says the type of each."""


_FRACTIONAL = ("angpix",)
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_YES_OR_NO = ("float16",)
_FILES = ("micrographs", "tomograms", "particles")
"""Roles of options that name data files. Each may count what another is about: its own file comes first."""
_OF_IMAGE = ("float16", "planes", "micrograph_width", "micrograph_height", "frames")
"""Facts from the header of an image that the STAR file names."""


def resolve(
    raw: Mapping[str, Plain],
    job_type: JobType,
    texts: Mapping[str, AnyText],
    route: Route,
    scope: SpecScope,
    project: AnyText,
    file_facts: Reader,
) -> Data:
    """Return the facts about the input; what the spec says comes before what a file says."""
    facts = _of_files(job_type, texts, project, file_facts)
    for key, value in raw.items():
        here = (*route, "data", key)
        known = _value(key, scope.value(as_scalar(value), here))
        if known is None:
            scope.report("RL109", f"`{key}` must be {_kind(key)}", here)
        else:
            facts[key] = Fact(known, "spec", here)
    return Data(**facts)


def _value(key: str, value: Value) -> int | float | bool | None:
    if key in _YES_OR_NO:
        return _FLAGS.get(show(text_of(value)))
    return _number(value, fractional=key in _FRACTIONAL)


def _kind(key: str) -> str:
    if key in _YES_OR_NO:
        return "yes or no"
    return "a number above 0" if key in _FRACTIONAL else "a whole number above 0"


def _of_files(job_type: JobType, texts: Mapping[str, AnyText], project: AnyText, file_facts: Reader) -> Facts:
    facts: Facts = {}
    if isinstance(project, Text):
        return facts
    for role in _FILES:
        for option in job_type.options.values():
            path = texts[option.key]
            if option.role != role or isinstance(path, Text) or not path.endswith(".star"):
                continue
            found = file_facts(path, project)
            if found is None:
                continue
            for key, value in _in_fractions(found, job_type, texts).items():
                facts.setdefault(key, Fact(value, found.image if key in _OF_IMAGE else path))
    return facts


def _in_fractions(
    found: FileFacts, job_type: JobType, texts: Mapping[str, AnyText]
) -> dict[str, int | float | bool]:
    """Put the detector's frames of an EER movie together as the job does; those left over are dropped.

    From src/motioncorr_runner.cpp, executeOwnMotionCorrection (3.1 to 5.0). A job without such an option does
    not say what it makes of them, and frames are not known.
    """
    said = found.said()
    frames = said.pop("frames", None)
    if frames is not None and found.eer:
        option = job_type.option_of_role("eer_fraction")
        size = _number(texts[option.key], fractional=False) if option else None
        frames = int(frames) // int(size) if size else None
    return {**said, "frames": frames} if frames else said


def _number(value: Value, *, fractional: bool) -> int | float | None:
    text = text_of(value)
    if isinstance(text, Text) or "_" in text:  # Python would read over it
        return None
    try:
        number = float(text) if fractional else int(text)
    except ValueError:
        return None
    return number if 0 < number < 1e12 else None
