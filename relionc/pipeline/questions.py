"""What to ask a RELION to learn what it makes of a job type: options that it takes, and changes of them.

One option at a time; each switch with everything else changed, since many options count only behind a switch; pairs of
switches; and some at random. The same job type gives the same questions.
"""

from __future__ import annotations

import random
from itertools import combinations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from relionc.catalog import JobType, Option

    Options = dict[str, str]
    Reason = tuple[str, str]
    Refuses = Callable[[JobType, Mapping[str, str]], Reason | None]

MOST_RANKS = 32
FLIPPED = {"Yes": "No", "No": "Yes"}
NAMES = ("given_half1_class001_unfil.star", "given_half1_class001_unfil.mrc")
"""Of files: RELION finds that of the other half of the particles by the name of this one."""


class Question(NamedTuple):
    """Options for a job, of which `changed` are other than usual."""

    kind: str
    options: Mapping[str, str]
    changed: tuple[str, ...]


def base(job_type: JobType, fixed: Mapping[str, str], refused_for: Refuses) -> Options:
    """Return options with which a job is taken, as far as they can be found: defaults, and what it insists on.

    `refused_for` says for which option a job is refused, and why, or nothing. That option is given another value, or
    else any other one, until there is another reason or none.
    """
    options = dict(fixed)
    for _ in job_type.options:
        reason = refused_for(job_type, options)
        found = list(_steps(job_type, options, fixed, reason, refused_for)) if reason else []
        if not found:
            break
        options = next((each for each, more in found if more is None), found[0][0])
    return options


def _steps(
    job_type: JobType, options: Options, fixed: Mapping[str, str], reason: Reason, refused_for: Refuses
) -> Iterator[tuple[Options, Reason | None]]:
    """Yield options with one more change, or that and all files, with another reason for which they are refused."""
    first = [reason[0]] if reason[0] in job_type.options else []
    keys = [key for key in dict.fromkeys([*first, *job_type.options]) if key not in fixed]
    changes = [{key: text} for key in keys for text in _others(job_type.options[key])]
    files = {key: NAMES[0] for key in keys if job_type.options[key].kind in ("node", "file")}
    for change in (*changes, *({**files, **change} for change in changes)):
        changed = {**options, **change}
        why = refused_for(job_type, changed)
        if why != reason:
            yield changed, why


def questions(
    job_type: JobType, usual: Mapping[str, str], fixed: Mapping[str, str], *, pairs: bool, drawn: int
) -> Iterator[Question]:
    """Yield what to ask; `usual` is taken, `fixed` stays, `drawn` are those at random."""
    free = {key: option for key, option in job_type.options.items() if key not in fixed}
    texts = {key: usual.get(key, option.default) for key, option in free.items()}
    others = {key: [t for t in _others(option) if t != texts[key]] for key, option in free.items()}
    switches = [key for key, option in free.items() if option.kind == "bool"]
    yield Question("usual", usual, ())
    for key, values in others.items():
        for text in values:
            yield Question("one", {**usual, key: text}, (key,))
    rest = {key: values[-1] for key, values in others.items() if values and key not in switches}
    for key in switches:
        flipped = {key: FLIPPED.get(texts[key], "Yes")}
        yield Question("switch", {**usual, **rest, **flipped}, (key, *rest))
    for two in combinations(switches, 2) if pairs else ():
        flipped = {key: FLIPPED.get(texts[key], "Yes") for key in two}
        yield Question("pair", {**usual, **flipped}, two)
    rng = random.Random(job_type.name)  # noqa: S311 - the same questions every time
    for _ in range(drawn):
        chosen = [key for key in free if others[key] and rng.random() < 0.4]
        picked = {key: rng.choice(others[key]) for key in chosen}
        yield Question("drawn", {**usual, **picked}, tuple(chosen))


def _others(option: Option) -> tuple[str, ...]:
    """Return other values of an option that RELION can read."""
    if option.kind == "bool":
        return (FLIPPED.get(option.default, "Yes"),)
    if option.kind == "list":
        return tuple(choice for choice in option.choices if choice != option.default)[:3]
    if option.role == "ranks":
        return ("3", str(MOST_RANKS))
    number = _number(option.default)
    if option.kind == "number" or (number is not None and option.kind == "text"):
        value = number or 0.0
        return (f"{value + 1:g}", f"{value * 2 + 3:g}")
    return NAMES if option.kind in ("node", "file") else ("word", "two words")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
