"""`data:` of a job, and what the input files themselves say."""

from __future__ import annotations

from relionc.expr import Text, text_of
from relionc.expr.refs import show
from relionc.source.values import as_scalar
from relionc.spec.inputs import ROLES
from relionc.spec.model import Data, Fact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from relionc.catalog.types import JobType
    from relionc.diag import Route
    from relionc.expr import AnyText, Value
    from relionc.source.values import Plain
    from relionc.spec.model import InputFile
    from relionc.spec.scope import SpecScope

    Facts = dict[str, Fact[Any]]
    """Facts by the names of `Data`, which says the type of each."""


_FRACTIONAL = ("angpix",)
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_YES_OR_NO = ("float16",)


def resolve(
    raw: Mapping[str, Plain],
    job_type: JobType,
    texts: Mapping[str, AnyText],
    route: Route,
    scope: SpecScope,
    inputs: Mapping[str, InputFile],
) -> Data:
    """Return the facts about the input; what the spec says comes before what a file or an earlier job says."""
    facts = _of_inputs(job_type, texts, inputs)
    for key, value in raw.items():
        here = (*route, "data", key)
        known = _value(key, scope.value(as_scalar(value), here))
        if known is None:
            scope.report("RL109", f"`{key}` must be {_kind(key)}", here)
        else:
            facts[key] = Fact(known, "spec", here)
    if "particles" in raw and "unique_particles" not in raw:
        facts.pop("unique_particles", None)  # of other particles than those that are meant
    return Data(**facts)


def _value(key: str, value: Value) -> int | float | bool | None:
    if key in _YES_OR_NO:
        return _FLAGS.get(show(text_of(value)))
    return _number(value, fractional=key in _FRACTIONAL)


def _kind(key: str) -> str:
    if key in _YES_OR_NO:
        return "yes or no"
    return "a number above 0" if key in _FRACTIONAL else "a whole number above 0"


def _of_inputs(job_type: JobType, texts: Mapping[str, AnyText], inputs: Mapping[str, InputFile]) -> Facts:
    facts: Facts = {}
    for key, each in inputs.items():
        if job_type.options[key].role in ROLES:
            known = {name: fact for name, fact in each.facts.items() if name in Data._fields}
            for name, fact in _in_fractions(known, each, job_type, texts).items():
                facts.setdefault(name, fact)
    return facts


def _in_fractions(facts: Facts, found: InputFile, job_type: JobType, texts: Mapping[str, AnyText]) -> Facts:
    """Put the detector's frames of an EER movie together as the job does; those left over are dropped.

    From src/motioncorr_runner.cpp, executeOwnMotionCorrection (3.1 to 5.0). A job without such an option does
    not say what it makes of them, and frames are not known.
    """
    frames = facts.get("frames")
    if frames is None or found.file is None or not found.file.eer:
        return facts
    option = job_type.option_of_role("eer_fraction")
    size = _number(texts[option.key], fractional=False) if option else None
    fractions = frames.value // int(size) if size else 0
    others = {name: fact for name, fact in facts.items() if name != "frames"}
    return {**others, "frames": frames._replace(value=fractions)} if fractions else others


def _number(value: Value, *, fractional: bool) -> int | float | None:
    text = text_of(value)
    if isinstance(text, Text) or "_" in text:  # Python would read over it
        return None
    try:
        number = float(text) if fractional else int(text)
    except ValueError:
        return None
    return number if 0 < number < 1e12 else None
