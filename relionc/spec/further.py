"""A job's own arguments, read as RELION's program reads them: those that are options become options.

Then they count like any other option: in sums, for refusals, for what the plan decides. What the plan decides itself is
refused here; what the program does not know, or is given twice, is said.
"""

from __future__ import annotations

from itertools import pairwise

from relionc import catalog
from relionc.allowance import Work
from relionc.catalog.command_words import beside_arguments
from relionc.catalog.program import JobScope, Remembered
from relionc.catalog.programs import flags_taken, versions_that_take
from relionc.diag import WARNING, Finding
from relionc.expr import arguments
from relionc.expr.refs import Units, joined, masked, show
from relionc.record import NamedTuple
from relionc.spec import options as job_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog.programs import Default
    from relionc.catalog.types import JobType, Option
    from relionc.diag import Route
    from relionc.expr import AnyText
    from relionc.spec.scope import SpecScope

OWNED, TWICE, UNKNOWN, NO_VALUE = "RL111", "RL112", "RL113", "RL115"
MOST_UNDERSTOOD = 40
"""Further flags than so many are left as they are: each takes some walks through the command."""

MOST_OF_ALL, _OF_FLAG = 2_000, 700_000
"""Further flags of all jobs of a spec, and the units of work that each of them takes."""

_WORDS: Remembered[tuple[str, ...]] = Remembered()
_DECIDED = ("ranks", "threads", "use_gpu", "gpu_ids", "scratch_dir", "queue")
"""Roles of options that the plan decides."""
_READ = ("particles", "micrographs", "tomograms", "continue_from")
"""Roles of options whose files tell facts about the job."""


class FurtherFlag(NamedTuple):
    """A flag among the arguments, the words after it that are its own, and where it stands among the words."""

    flag: str
    value: AnyText | None
    start: int
    end: int


class JobArguments(NamedTuple):
    """A job whose arguments are read: its options so far, those that the user gave, and where the arguments stand."""

    job_type: JobType
    texts: dict[str, AnyText]
    given: dict[str, Route]
    key: str
    is_continue: bool
    output: str

    @property
    def route(self) -> Route:
        """Where the arguments stand in the spec."""
        return self.given[self.key]

    @property
    def name(self) -> str:
        """What the spec calls the arguments."""
        return str(self.route[-1])

    def words(self, changed: Mapping[str, AnyText] | None = None) -> tuple[str, ...]:
        """Return the words of the command without the arguments, with some options changed."""
        texts = {**self.texts, **(changed or {})}
        options = tuple((key, text) for key, text in texts.items() if key != self.key)
        return _WORDS.of(self.job_type, (self.is_continue, self.output, options), lambda: self._words(texts))

    def _words(self, texts: Mapping[str, AnyText]) -> tuple[str, ...]:
        scope = JobScope(self.job_type, texts, output=self.output, is_continue=self.is_continue)
        return beside_arguments(scope)


def understand(at: JobArguments, scope: SpecScope) -> None:
    """Move what is an option from the arguments to the options, and report what is wrong with the rest."""
    try:
        words = arguments.words(at.texts[at.key])
    except ValueError:  # RELION's own code would trip over it: told where commands are made
        return
    if _too_many(words, at, scope):
        return
    command = at.words()
    if not command:
        return
    continuing = at.job_type.option_of_role("continue_from")
    continues = at.is_continue or (continuing is not None and continuing.flag in command)
    known = flags_taken(at.job_type.version, command[0], continues=continues)
    every = list(_flags(words, known))
    said = _last_or_first(every, at, scope)
    options: set[str] = set()
    for each in said[:MOST_UNDERSTOOD]:
        if _understood(each, command, at, scope):
            options.add(each.flag)
            command = at.words()
    gone = {place for each in every if each.flag in options for place in range(each.start, each.end)}
    program = command[0]
    scope.findings += [
        _unknown(each, program, known, at, continues=continues) for each in _strange(said, known, at)
    ]
    if known:
        scope.findings += _passed_over(words, every, program, at)
        scope.findings += _without_value(every, known, at)
    if gone:
        at.texts[at.key] = _without(words, gone, at.texts[at.key])


def _too_many(words: Sequence[AnyText], at: JobArguments, scope: SpecScope) -> bool:
    """Count the flags of all jobs, and refuse the job whose are too many; those after it are not read either."""
    before = scope.further_flags
    flags = min(sum(masked(word).startswith("--") for word in words), MOST_UNDERSTOOD)
    scope.further_flags += flags if Work.takes(_OF_FLAG * flags) else MOST_OF_ALL + 1
    if before <= MOST_OF_ALL < scope.further_flags:
        message = f"with `{at.name}` of this job the arguments of all have more flags than are read: "
        message += f"{MOST_OF_ALL:,}, and fewer of a spec that is large besides"
        scope.report("RL028", message, at.route, "write them as `options`, or split the spec")
    return scope.further_flags > MOST_OF_ALL


def _flags(words: Sequence[AnyText], known: Mapping[str, Default]) -> Iterator[FurtherFlag]:
    place = 0
    while place < len(words):
        word, end = masked(words[place]), place + 1
        if word.startswith("--") and len(word) > 2:
            takes = end < len(words) and known.get(word, "") is not False
            if takes and (word in known or not masked(words[end]).startswith("-")):
                end += 1
            yield FurtherFlag(word, words[place + 1] if end > place + 1 else None, place, end)
        place = end


def _last_or_first(said: list[FurtherFlag], at: JobArguments, scope: SpecScope) -> list[FurtherFlag]:
    """Return one of each flag, the one that RELION takes; warn of the others."""
    takes_last = at.job_type.program["repeated_flag"] == "last"
    taken: dict[str, FurtherFlag] = {}
    for each in said:
        if each.flag not in taken:
            taken[each.flag] = each
            continue
        if takes_last:
            taken[each.flag] = each
        scope.findings.append(_twice(each.flag, f"both in `{at.name}`", at, "keep one of them"))
    return list(taken.values())


def _twice(flag: str, where: str, at: JobArguments, advice: str) -> Finding:
    which = at.job_type.program["repeated_flag"]
    message = f"`{flag}` is given twice, {where}: RELION {at.job_type.version} takes the {which} one"
    return Finding(code=TWICE, severity=WARNING, message=message, route=at.route, help=advice)


def _understood(said: FurtherFlag, command: tuple[str, ...], at: JobArguments, scope: SpecScope) -> bool:
    """Report a flag, or make it an option; return whether it is one now."""
    owner = _owner(said.flag, at)
    advice = _decided_by(said.flag, owner, command, at)
    if advice:
        message = (
            f"`{said.flag}` is not for `{at.name}`: the plan decides it, and it would be in the command twice"
        )
        scope.report(OWNED, message, at.route, advice)
        return True
    changed = _as_option(said, command, at) if owner else None
    if changed is None:
        if said.flag in command:
            scope.findings.append(
                _twice(said.flag, f"by RELION itself and in `{at.name}`", at, "leave it out")
            )
        return False
    return _becomes(said, changed, command, at, scope)


def _becomes(
    said: FurtherFlag,
    changed: dict[str, AnyText],
    command: tuple[str, ...],
    at: JobArguments,
    scope: SpecScope,
) -> bool:
    key = next(iter(changed))
    option = at.job_type.options[key]
    first = at.job_type.program["repeated_flag"] == "first"
    differs = said.flag in command and at.texts[key] != changed[key]
    if key in at.given and at.texts[key] != changed[key]:
        taken = at.texts[key] if first and said.flag in command else changed[key]
        advice = f"keep one of them: `{key}: {show(taken)}` is what RELION takes"
        scope.findings.append(_twice(said.flag, f"as `{key}` and in `{at.name}`", at, advice))
        if first and differs:
            return True
    elif first and differs:
        where = f"by RELION itself, for `{key}: {show(at.texts[key])}`, and in `{at.name}`"
        advice = f"write `{key}: {show(changed[key])}` in `options`, which is what is built here"
        scope.findings.append(_twice(said.flag, where, at, advice))
    if option.kind == "number" and job_options.one(show(changed[key]), option, at.route, scope) is None:
        return True
    for each, text in changed.items():
        at.texts[each] = text
        at.given.setdefault(each, at.route)
    return True


def _owner(flag: str, at: JobArguments) -> Option | None:
    owners = [option for option in at.job_type.options.values() if option.flag == flag]
    return next((each for each in owners if each.role in (*_DECIDED, *_READ)), owners[0] if owners else None)


def _decided_by(flag: str, owner: Option | None, command: tuple[str, ...], at: JobArguments) -> str:
    """Return what to write in place of a flag that is not the user's to give; empty for any other."""
    if flag == at.job_type.program["control"]:
        return "leave it out: it is written where RELION's pipeline wants it"
    if owner is not None and owner.role in (*_DECIDED, *_READ):
        return f"write `{owner.key}` in `options`"
    after = dict(pairwise(command)).get(flag, "")
    return "write `output` beside `options`" if after.startswith(at.output) else ""


# --- which option gives a flag --------------------------------------------------------------------------------


def _as_option(said: FurtherFlag, command: tuple[str, ...], at: JobArguments) -> dict[str, AnyText] | None:
    """Return the options that give a command with this flag and no other change, the one that says it first."""
    wanted = [said.flag] if said.value is None else [said.flag, show(said.value)]
    for option in at.job_type.options.values():
        if option.flag != said.flag:
            continue
        for text in _candidates(option, said, at):
            for gates in _gates(option, at):
                changed = {option.key: text, **gates}
                if _gives(at.words(changed), wanted, command, at):
                    return changed
    return None


def _candidates(option: Option, said: FurtherFlag, at: JobArguments) -> Iterator[AnyText]:
    """Yield the texts of an option that may give a flag with this value."""
    if option.kind == "bool":
        yield from ("Yes", "No")
    elif option.kind == "list":
        yield from option.choices
    elif said.value is not None:
        yield said.value
        yield from _in_units_of_option(option, said, at)


def _in_units_of_option(option: Option, said: FurtherFlag, at: JobArguments) -> Iterator[str]:
    """Yield the number of an option that the command has multiplied by some factor."""
    value = _number(show(said.value or ""))
    one = next(
        (_value_of(said.flag, at.words({option.key: "1", **gates})) for gates in _gates(option, at)), ""
    )
    factor = _number(one)
    if value is not None and factor:
        yield f"{value / factor:.6g}"


def _gates(option: Option, at: JobArguments) -> Iterator[dict[str, AnyText]]:
    """Yield changes of one Yes/No option beside another: first none, then each that the user did not give."""
    yield {}
    for other in at.job_type.options.values():
        if other.kind == "bool" and other.key != option.key and other.key not in at.given and not other.role:
            yield {other.key: "No" if at.texts[other.key] == "Yes" else "Yes"}


def _gives(words: tuple[str, ...], wanted: Sequence[str], command: tuple[str, ...], at: JobArguments) -> bool:
    """Whether a command has the wanted words, and else the words of another; what the plan decides may be gone."""
    if not _has(words, wanted):
        return False
    new, old = _grouped(words), _grouped(command)
    decided = {option.flag for option in at.job_type.options.values() if option.role in _DECIDED}
    added = [group for group in new if group not in old and list(group) != list(wanted)]
    lost = [group for group in old if group not in new and group[0] != wanted[0] and group[0] not in decided]
    return not added and not lost


def _grouped(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return flags with the words that follow each, what stands before them first."""
    groups: list[list[str]] = [[]]
    for word in words:
        if word.startswith("--"):
            groups.append([])
        groups[-1].append(word)
    return [tuple(group) for group in groups if group]


def _has(words: tuple[str, ...], wanted: Sequence[str]) -> bool:
    size = len(wanted)
    return any(list(words[i : i + size]) == list(wanted) for i in range(len(words) - size + 1))


def _value_of(flag: str, words: tuple[str, ...]) -> str:
    return dict(pairwise(words)).get(flag, "")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


# --- flags that a program does not know -----------------------------------------------------------------------


def _strange(
    said: Sequence[FurtherFlag], known: Mapping[str, Default], at: JobArguments
) -> Iterator[FurtherFlag]:
    """Yield what a program does not know, where it is known what it does."""
    for each in said if known else ():
        if each.flag not in known and _owner(each.flag, at) is None:
            yield each


def _unknown(
    said: FurtherFlag, program: str, known: Mapping[str, Default], at: JobArguments, *, continues: bool
) -> Finding:
    version = at.job_type.version
    having = versions_that_take(catalog.versions(), program, said.flag, continues=continues)
    message = f"{program} of RELION {version} does not know `{said.flag}`: it only warns, and runs without it"
    return Finding(
        code=UNKNOWN,
        severity=WARNING,
        message=message,
        route=at.route,
        help=catalog.having(having) if having else _meant(said.flag, known),
    )


def _passed_over(
    words: Sequence[AnyText], every: Sequence[FurtherFlag], program: str, at: JobArguments
) -> Iterator[Finding]:
    """Yield a warning for words that no flag takes: RELION does not read them, and tells so of those with a dash."""
    taken = {place for each in every for place in range(each.start, each.end)}
    for place, word in enumerate(words):
        before = show(words[place - 1]) if place else ""
        owner = _owner(before, at) if before else None
        decided = owner is not None and owner.role in _DECIDED
        if place in taken or (place and place - 1 not in taken) or decided or not isinstance(word, str):
            continue
        end = next((each.start for each in every if each.start > place), len(words))
        lost = show(joined([each for pair in words[place:end] for each in (" ", pair)][1:]))
        flag = before.startswith("--")
        why = f"`{before}` takes no value" if flag else "no flag stands before it"
        advice = "leave it out" if flag else f"did you mean `--{lost.lstrip('-')}`?"
        message = f"{program} passes over `{lost}`: {why}"
        yield Finding(code=UNKNOWN, severity=WARNING, message=message, route=at.route, help=advice)


def _without_value(
    every: Sequence[FurtherFlag], known: Mapping[str, Default], at: JobArguments
) -> Iterator[Finding]:
    """Yield a warning for a last flag that has no value and needs one."""
    for each in every:
        default = known.get(each.flag, False)
        owner = _owner(each.flag, at)
        if each.value is None and default is not False and (owner is None or owner.role not in _DECIDED):
            takes = f"takes its default, {default or 'nothing'}" if default is not None else "stops"
            message = f"`{each.flag}` needs a value, and nothing follows it: RELION {takes}"
            yield Finding(code=NO_VALUE, severity=WARNING, message=message, route=at.route)


def _meant(flag: str, known: Mapping[str, Default]) -> str:
    begins = max((each for each in known if flag.startswith(each) and len(each) > 4), key=len, default="")
    rest = flag.removeprefix(begins)
    if begins and known[begins] is not False and (rest.startswith("=") or _number(rest) is not None):
        rest = rest.lstrip("=")
        return f"did you mean `{begins} {rest}`?"
    from relionc.diag.near import nearest

    near = nearest(flag, [each for each in known if len(each) > 4], 0.75)
    return f"did you mean `{near}`?" if near else "no version of RELION in the catalogue does; leave it out"


def _without(words: Sequence[AnyText], gone: set[int], text: AnyText) -> AnyText:
    """Return arguments without some of their words; what needs quotes is quoted again."""
    units = Units(text)
    pieces: list[AnyText] = []
    for place, word in enumerate(words):
        if place not in gone:
            pieces += [" "] if pieces else []
            pieces.append(units.leave(_quoted(units.enter(word))))
    return joined(pieces)


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word) if not word or any(mark in word for mark in " \t\"'\\") else word
