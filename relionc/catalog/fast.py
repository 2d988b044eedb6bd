"""What a job type's program says to most jobs, by functions of Python that are made with the catalogue.

`catalog.compiler.fast` writes them. To compile them takes as long as to walk the steps for some jobs, so that is done
when a process has seen some of a type. They say yes; what they do not say yes to, the steps and trees explain.
"""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.compiled import read
from relionc.catalog.program import Repeating, TooManyRepeats
from relionc.expr.refs import Units
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from relionc.catalog.program import Facts
    from relionc.catalog.types import JobType
    from relionc.expr.refs import AnyText

    Options = Mapping[str, AnyText]
    Plain = Mapping[str, str]

WORTH = 4
"""Jobs of a type from which on it is worth compiling its functions: it takes about a millisecond."""
CONDITIONS = (
    "mpi", "leader", "gpu", "gpu_possible", "one_rank_per_gpu", "preread", "scratch", "threads", "window",
    "copies_repeats", "single_gpu", "gpu_by_rank", "all_gpus", "gpu_on_request", "slow_without_gpu",
)  # fmt: skip
"""The traits of a job type that are true or false for a job, in the order of `needs`."""
_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError, TooManyRepeats)
"""What the functions raise where there is something to be said."""


_OF_CATALOGUE: dict[tuple[str, str], JobType] = {}
_SEEN: dict[tuple[str, str, str], int] = {}


class WrittenJob(NamedTuple):
    """What RELION makes of a job's options: its commands, the files that they take and make, the ranks it counts.

    A command has the pieces of its text, its words, and which of these are files, and what for: `>`, `>>` or `<`.
    In all of it, shell references are characters, which `units` has; None: there are none.
    """

    commands: list[tuple[list[str], list[tuple[str]], list[tuple[int, str]]]]
    inputs: list[tuple[str, str]]
    outputs: list[tuple[str, str]]
    ranks: int
    units: Units | None


def known(job_type: JobType) -> JobType:
    """Return a job type, which is now the one that its functions answer for: a changed copy has none."""
    _OF_CATALOGUE[job_type.version, job_type.name] = job_type
    return job_type


def accepts(job_type: JobType, options: Options, *, output: str, is_continue: bool) -> bool:
    """Whether RELION makes commands of these options, for sure, and there is nothing to be said about them."""
    given = _given(job_type, "accepts", options)
    return given is not None and _said(job_type, "accepts", given.options, output, is_continue) is True


def written(job_type: JobType, options: Options, *, output: str, is_continue: bool) -> WrittenJob | None:
    """Return what RELION makes of these options, for sure with nothing to be said about them; None: walk the steps."""
    given = _given(job_type, "writes", options, output)
    made = given and _said(job_type, "writes", given.options, output, is_continue)
    if given is None or made is None:
        return None
    commands, inputs, outputs, ranks = made
    return WrittenJob(commands, inputs, outputs, ranks, given.units)


def nothing_elsewhere(job_type: JobType, options: Options, *, output: str, is_continue: bool) -> bool:
    """Whether no option is in a command, for sure, whose default is a path of the place where RELION is written."""
    given = _given(job_type, "at_home", options)
    return given is not None and _said(job_type, "at_home", given.options, output, is_continue) is True


def nothing_judged(job_type: JobType, options: Options, facts: Facts, *, is_continue: bool) -> bool:
    """Whether no rule about files holds, for sure, by what is known of the files."""
    given = _given(job_type, "unjudged", options)
    return given is not None and _said(job_type, "unjudged", given.options, is_continue, facts) is True


def needs(job_type: JobType, options: Options, *, is_continue: bool) -> tuple[Any, ...] | None:
    """Return the values of CONDITIONS, then the numbers, then which rules of each kind hold; None: ask the trees."""
    given = _given(job_type, "needs", options)
    return _said(job_type, "needs", given.options, is_continue) if given else None


def _said(job_type: JobType, which: str, *given: object) -> Any:
    """Return what a function says, None for a no: then the steps are walked again, and counted then."""
    repeating = Repeating.current()
    left = 0.0 if repeating is None else repeating.left
    try:
        said = _compiled(job_type.version, job_type.name, which)(*given)
    except _FAILURES:
        said = None
    if said:
        return said
    if repeating is not None:
        repeating.left = left
    return None


class _ForFunction(NamedTuple):
    """Options as the functions take them: a shell reference is a character that stands nowhere else (`units`)."""

    options: Plain
    units: Units | None


def _given(job_type: JobType, which: str, options: Options, output: str = "") -> _ForFunction | None:
    """Return the options of a job for a function.

    None: walk the steps. They are not of the catalogue, or of a type of which few jobs were seen.
    """
    name = job_type.version, job_type.name
    seen = _SEEN.get((*name, which), 0)
    if seen < WORTH:
        _SEEN[*name, which] = seen + 1
        return None
    if _OF_CATALOGUE.get(name) is not job_type:
        return None
    if {*map(type, options.values())} == {str}:
        return _ForFunction(options, None)  # type: ignore[arg-type]  # they are all literal
    others = {key: text for key, text in options.items() if text.__class__ is not str}
    if not "".join([text for text in options.values() if text.__class__ is str]).isascii():
        return None
    units = Units(*others.values(), output)
    return _ForFunction({**options, **{key: units.enter(text) for key, text in others.items()}}, units)  # type: ignore[dict-item]


@lru_cache(maxsize=1024)
def _compiled(version: str, name: str, which: str) -> Callable[..., Any]:
    from relionc.catalog.fast_names import NAMES

    text = _texts(version, name)[which]
    made: dict[str, Any] = {}
    exec(compile(text, f"<{which} of {name}, RELION {version}>", "exec"), NAMES, made)  # noqa: S102 - of our compiler
    function: Callable[..., Any] = made[which]
    return function


@lru_cache(maxsize=4)
def _texts(version: str, name: str) -> Mapping[str, str]:
    texts: Mapping[str, str] = read(f"fast/{version}/{name}")
    return texts
