"""RELION knowledge as data: job types, options, programs, rules, per version.

The data are YAML (`data/`, described in `docs/catalogue.md`), compiled to JSON (`relionc.catalog.compiled`).
`load` reads just the part of one type and version.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress

from relionc.catalog import fast
from relionc.catalog.compiled import frozen, part, read
from relionc.catalog.program import JobScope, Remembered, walk
from relionc.catalog.steps import Output, Refuse, decoded
from relionc.catalog.types import DataRule, JobType, Option, RankRule, RunRule, Traits, plain_name
from relionc.expr.functions import text_of
from relionc.expr.refs import show
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from relionc.catalog.program import Facts
    from relionc.catalog.records import NeedsData, OptionData, TypeData
    from relionc.expr.refs import AnyText, Value

__all__ = [
    "JobType",
    "Option",
    "RankRule",
    "Traits",
    "UnknownVersion",
    "breaking",
    "from_data",
    "gpu_arguments",
    "has_labels",
    "judged",
    "load",
    "made",
    "meant_type",
    "nearest_option",
    "needs",
    "outputs",
    "passed",
    "refusals",
    "series",
    "types",
    "version",
    "versions",
    "versions_with",
    "with_id",
]


_NEEDS: Remembered[NeedsData] = Remembered()


def versions() -> tuple[str, ...]:
    """Return the RELION versions of the catalogue, oldest first."""
    return tuple(part("index")["types"])


def types(version: str) -> tuple[str, ...]:
    """Return the names of a version's job types; nothing for a version that is not in the catalogue."""
    return tuple(part("index")["types"].get(version, ()))


def series(text: str) -> str | None:
    """Return the version of the catalogue that a release belongs to (`3.1.3` → `3.1`), or None."""
    head = ".".join(text.strip().replace("-", ".").split(".")[:2])
    return head if head in versions() else None


class MadeFile(NamedTuple):
    """A file that a job makes; without a name others cannot refer to it, without a type it is no node."""

    name: str
    path: AnyText
    node_type: str


class UnknownVersion(Exception):  # noqa: N818 - told as what is wrong with a call or a spec
    """A RELION version that is not in the catalogue: what is wrong, and which there are."""

    def __init__(self, text: str) -> None:
        self.message = f"RELION {text} is not in the catalogue"
        self.help = f"it has {', '.join(versions())}"
        super().__init__(f"{self.message}; {self.help}")


def version(text: str) -> str:
    """Return the version of the catalogue that a release belongs to; raises UnknownVersion."""
    known = series(text)
    if known is None:
        raise UnknownVersion(text)
    return known


@lru_cache(maxsize=256)
def load(name: str, version: str) -> JobType:
    """Return a job type, the same for all jobs of a spec; raises KeyError for one that the version does not have."""
    if name not in types(version):
        raise KeyError(name)
    return fast.known(from_data(read(f"{version}/{name}")))


def meant_type(text: str, version: str) -> str | None:
    """Return the job type of a version that a wrong name most likely means, by what RELION and people call it."""
    from relionc.diag.near import nearest

    called: Mapping[str, str] = part("index")["called"][version]
    plain = plain_name(text)
    if plain in called:
        return called[plain]
    near = nearest(plain, dict.fromkeys((*types(version), *called)), 0.5)
    return called.get(near, near) if near else None


def with_id(type_id: str, version: str) -> tuple[str, ...]:
    """Return the names of the types that a version's job files call `type_id`: one, or that of tomography too."""
    return tuple(part("index")["ids"].get(version, {}).get(type_id, ()))


def has_labels(version: str) -> bool:
    """Return whether a version's job files call the job types by labels, and not by numbers."""
    return not any(type_id.isdigit() for type_id in part("index")["ids"].get(version, {}))


def from_data(data: TypeData) -> JobType:
    """Return the job type that compiled data describe (`relionc.catalog.compiler`)."""
    traits = frozen(data["traits"])
    ranks = tuple(RankRule(**rule) for rule in traits["rank_rules"])
    runs = tuple(RunRule(**rule) for rule in traits.get("run_rules", ()))
    of_data = tuple(DataRule(**rule) for rule in traits.get("data_rules", ()))
    return JobType(
        name=data["name"],
        version=data["version"],
        title=data["title"],
        job_dir=data["job_dir"],
        type_id=data["type_id"],
        job_file=data["job_file"],
        is_tomo=data["is_tomo"],
        options={key: _option(option) for key, option in data["options"].items()},
        outputs=tuple(data["outputs"]),
        traits=Traits(**{**traits, "rank_rules": ranks, "run_rules": runs, "data_rules": of_data}),
        program=_program(**data["program"]),
        source=data["source"],
    )


def _program(steps: Any, **others: object) -> dict[str, object]:
    return {"steps": decoded(steps), **frozen(others)}


def _option(data: OptionData) -> Option:
    option = Option(**data)
    return option._replace(choices=tuple(option.choices)) if option.choices else option


def versions_with(type_name: str, key: str) -> tuple[str, ...]:
    """Return the versions in which a job type has an option, oldest first."""
    return tuple(part("options").get(type_name, {}).get(key, ()))


def having(versions: Sequence[str]) -> str:
    """Return the words for versions that have something: `RELION 5.0 and 5.1 have it`."""
    *others, last = versions
    return f"RELION {', '.join(others)} and {last} have it" if others else f"RELION {last} has it"


def nearest_option(job_type: JobType, text: str) -> Option | None:
    """Return the option that `text` most likely means: by name, by flag (`K`, `--K`), or by label."""
    options = job_type.options.values()
    flag = "--" + text.lstrip("-")
    for option in options:
        if text == option.key or flag == option.flag or text.lower().strip(" :?") == _plain(option.label):
            return option
    return _closest(job_type, text)


def _plain(label: str) -> str:
    return label.lower().strip(" :?")


def _closest(job_type: JobType, text: str) -> Option | None:
    from relionc.diag.near import nearest

    names = {option.key.lower(): option for option in job_type.options.values()}
    for option in job_type.options.values():
        names.setdefault(option.flag.lstrip("-").lower(), option)
        names.setdefault(_plain(option.label), option)
    names.pop("", None)
    close = nearest(text.lower(), names, 0.7)
    return names[close] if close else None


def needs(job_type: JobType, options: Mapping[str, AnyText], *, is_continue: bool) -> NeedsData:
    """Return the traits of a job type over a job's options, by the names of `Traits`.

    Conditions become true/false, quantities numbers; of the rules those remain whose condition holds. `options` is
    RELION's text by name; what it leaves out has its default.
    """
    given = is_continue, tuple(options.items())
    return _NEEDS.of(job_type, given, lambda: _needs(job_type, options, is_continue=is_continue))


def _needs(job_type: JobType, options: Mapping[str, AnyText], *, is_continue: bool) -> NeedsData:
    *conditions, numbers, ranks, runs = fast.needs(job_type, options, is_continue=is_continue) or _by_trees(
        job_type, options, is_continue=is_continue
    )
    traits = job_type.traits
    kept = {name: value for name, value in numbers.items() if isinstance(value, bool | int | float)}
    found: Any = dict(zip(fast.CONDITIONS, conditions, strict=True))
    found |= {
        "memory": traits.memory,
        "vram": traits.vram,
        # What gives no number is left out, for the model to say so.
        "quantities": {name: float(value) for name, value in kept.items()},
        "items": traits.items,
        "rank_rules": tuple(compress(traits.rank_rules, ranks)),
        "run_rules": tuple(compress(traits.run_rules, runs)),
    }
    needed: NeedsData = found
    return needed


def _by_trees(job_type: JobType, options: Mapping[str, AnyText], *, is_continue: bool) -> tuple[Any, ...]:
    """Return what `fast.needs` returns, from the expressions; one that cannot be worked out does not hold."""
    scope, traits = JobScope(job_type, options, output="", is_continue=is_continue), job_type.traits
    numbers = {name: scope.value(expr, otherwise=None) for name, expr in traits.quantities.items()}
    ranks, runs = (
        [scope.holds(rule.when) for rule in rules] for rules in (traits.rank_rules, traits.run_rules)
    )
    return (*(scope.holds(getattr(traits, name)) for name in fast.CONDITIONS), numbers, ranks, runs)


def breaking(
    rule: RunRule,
    job_type: JobType,
    options: Mapping[str, AnyText],
    given: tuple[str, Iterable[str]],
    *,
    is_continue: bool,
) -> list[int]:
    """Return which of the values `given` of an option, by its name, a rule is about; their numbers."""
    changed = dict(options)
    scope = JobScope(job_type, changed, output="", is_continue=is_continue)
    found = []
    for number, text in enumerate(given[1]):
        changed[given[0]] = text
        if scope.holds(rule.when):
            found.append(number)
    return found


def gpu_arguments(job_type: JobType, options: Mapping[str, AnyText], *, is_continue: bool) -> AnyText:
    """Return the additional arguments with which a job uses GPUs that RELION's own option must not ask for; or none."""
    scope = JobScope(job_type, options, output="", is_continue=is_continue)
    return text_of(scope.value(job_type.traits.gpu_arguments, otherwise=""))


def refusals(
    job_type: JobType, options: Mapping[str, AnyText], *, output: str, is_continue: bool
) -> tuple[Refuse, ...]:
    """Return why RELION makes no command of options."""
    if fast.accepts(job_type, options, output=output, is_continue=is_continue):
        return ()
    scope = JobScope(job_type, options, output=output, is_continue=is_continue)
    steps = (step for step in walk(job_type.program["steps"], scope) if isinstance(step, Refuse))
    return tuple(step for step in steps if scope.holds(step.condition))


def outputs(
    job_type: JobType, options: Mapping[str, AnyText], *, output: str, is_continue: bool
) -> dict[str, AnyText]:
    """Return the files a job makes that others may use: name → path. `output` ends with a slash."""
    files = made(job_type, options, output=output, is_continue=is_continue)
    return {file.name: file.path for file in files if file.name}


def made(
    job_type: JobType, options: Mapping[str, AnyText], *, output: str, is_continue: bool
) -> tuple[MadeFile, ...]:
    """Return the files a job makes, the first of each name only. `output` ends with a slash."""
    scope = JobScope(job_type, options, output=output, is_continue=is_continue)
    found: dict[AnyText, MadeFile] = {}
    for step in walk(job_type.program["steps"], scope):
        if isinstance(step, Output):
            name, path = show(scope.filled(step.name)), scope.filled(step.path)
            found.setdefault(name or path, MadeFile(name, path, step.node_type))
    return tuple(found.values())


class Judged(NamedTuple):
    """A rule about files that a job breaks, with its words."""

    rule: DataRule
    message: str
    help: str


def judged(
    job_type: JobType, options: Mapping[str, AnyText], facts: Facts, *, is_continue: bool
) -> tuple[Judged, ...]:
    """Return the rules about files that a job breaks, by what is known of the files; `facts` as in `JobScope`."""
    if fast.nothing_judged(job_type, options, facts, is_continue=is_continue):
        return ()
    scope = JobScope(job_type, options, output="", is_continue=is_continue, facts=facts)
    return tuple(
        Judged(rule, show(scope.filled(rule.message)), show(scope.filled(rule.help)))
        for rule in job_type.traits.data_rules
        if scope.holds(rule.when)
    )


def passed(
    job_type: JobType, options: Mapping[str, AnyText], facts: Facts, name: str, *, is_continue: bool
) -> dict[str, Value]:
    """Return what is known of a file that a job makes, before it is there."""
    scope = JobScope(job_type, options, output="", is_continue=is_continue, facts=facts)
    known = {key: scope.value(expr, None) for key, expr in job_type.traits.passes.get(name, {}).items()}
    return {key: value for key, value in known.items() if value is not None}
