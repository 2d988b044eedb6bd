"""What a job type's program says to most jobs, by functions of Python that are made with the catalogue.

`catalog.compiler.fast` writes them. To compile them takes as long as to walk the steps for some jobs, so that is done
when a process has seen some of a type. They say yes; what they do not say yes to, the steps and trees explain.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from relionc.catalog.compiled import part
from relionc.catalog.program import Repeating, TooManyRepeats
from relionc.expr.refs import Units
from relionc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


class _Functions(NamedTuple):
    accepts: Callable[[Plain, str, bool], bool]
    needs: Callable[[Plain, bool], tuple[Any, ...]]
    elsewhere: Callable[[Plain, str, bool], bool]


_OF_CATALOGUE: dict[tuple[str, str], JobType] = {}
_SEEN: dict[tuple[str, str], int] = {}


def known(job_type: JobType) -> JobType:
    """Return a job type, which is now the one that its functions answer for: a changed copy has none."""
    _OF_CATALOGUE[job_type.version, job_type.name] = job_type
    return job_type


def accepts(job_type: JobType, options: Options, *, output: str, is_continue: bool) -> bool:
    """Whether RELION makes commands of these options, for sure, and there is nothing to be said about them."""
    found = _functions(job_type, options)
    return found is not None and _certain(lambda: found.made.accepts(found.options, output, is_continue))


def nothing_elsewhere(job_type: JobType, options: Options, *, output: str, is_continue: bool) -> bool:
    """Whether no option is in a command, for sure, whose default is a path of the place where RELION is written."""
    found = _functions(job_type, options)
    return found is not None and _certain(
        lambda: not found.made.elsewhere(found.options, output, is_continue)
    )


def needs(job_type: JobType, options: Options, *, is_continue: bool) -> tuple[Any, ...] | None:
    """Return the values of CONDITIONS, then the numbers, then which rules of each kind hold; None: ask the trees."""
    found = _functions(job_type, options)
    if found is None:
        return None
    try:
        return found.made.needs(found.options, is_continue)
    except _FAILURES:
        return None


def _certain(answer: Callable[[], bool]) -> bool:
    """Return an answer if it is yes: then the steps count as walked. Else they are walked again, and counted then."""
    repeating = Repeating.current()
    left = 0.0 if repeating is None else repeating.left
    try:
        yes = answer()
    except _FAILURES:
        yes = False
    if not yes and repeating is not None:
        repeating.left = left
    return yes


class _Applied(NamedTuple):
    made: _Functions
    options: Plain


def _functions(job_type: JobType, options: Options) -> _Applied | None:
    """Return the functions of a type of the catalogue, and the options as they take them; None: walk the steps."""
    name = job_type.version, job_type.name
    seen = _SEEN.get(name, 0)
    if seen < WORTH:
        _SEEN[name] = seen + 1
        return None
    plain = _plain(options) if _OF_CATALOGUE.get(name) is job_type else None
    return None if plain is None else _Applied(_compiled(*name), plain)


def _plain(options: Options) -> Plain | None:
    """Return options with each shell reference as a character that stands nowhere else; None where that is not sure."""
    texts = [text for text in options.values() if text.__class__ is not str]
    if not texts:
        return options  # type: ignore[return-value]  # they are all literal
    units = Units(*texts)
    if not all(text.isascii() for text in options.values() if isinstance(text, str)):
        return None
    return {key: units.enter(text) for key, text in options.items()}


@lru_cache(maxsize=256)
def _compiled(version: str, name: str) -> _Functions:
    """Return the functions of a job type."""
    from relionc.catalog.fast_names import NAMES

    made: dict[str, Any] = dict(NAMES)
    text: str = part(f"fast/{version}/{name}")
    exec(compile(text, f"<{name} of RELION {version}>", "exec"), made)  # noqa: S102 - of the catalogue's compiler
    return _Functions(*(made[each] for each in _Functions._fields))
