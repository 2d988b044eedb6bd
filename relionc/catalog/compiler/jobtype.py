"""A whole job type of one version, as literal data."""

from __future__ import annotations

import re

from relionc.catalog.compiler.derived import flags, output_names
from relionc.catalog.compiler.facts import facts
from relionc.catalog.compiler.names import ExpressionNames
from relionc.catalog.compiler.options import options
from relionc.catalog.compiler.steps import Steps
from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, sequence, text, texts, within
from relionc.catalog.filefacts import DATA, FILE_FACTS
from relionc.catalog.steps import encoded
from relionc.expr import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.compiler.facts import Fact
    from relionc.catalog.compiler.release import Release
    from relionc.catalog.records import TypeData
    from relionc.catalog.steps import Step
    from relionc.expr import Expr
    from relionc.source.values import Plain

_KEYS = ("type", "title", "like", "job_dir", "source", "versions", "options", "traits", "names", "steps", "files",
         "blocks", "control", "tomo")  # fmt: skip
_CONDITIONS = ("mpi", "leader", "gpu", "gpu_possible", "one_rank_per_gpu", "preread", "scratch", "threads")
# Few types have them.
_SELDOM = (
    "window",
    "copies_repeats",
    "single_gpu",
    "gpu_by_rank",
    "all_gpus",
    "gpu_on_request",
    "gpu_arguments",
    "slow_without_gpu",
)
_TRAITS = (
    *_CONDITIONS,
    *_SELDOM,
    "memory",
    "vram",
    "quantities",
    "items",
    "resume",
    "rank_rules",
    "run_rules",
    "data_rules",
    "passes",
)
_IT = re.compile(r"\bit\b")
_RANK_RULE = ("code", "versions", "when", "minimum", "maximum", "odd", "message", "source")
_DATA_RULE = ("versions", "when", "option", "message", "help", "severity", "source", "tried")
_RUN_RULE = ("versions", "when", "option", "message", "help", "source", "runs")


def compiled(release: Release, shared: dict[str, Plain], source: dict[str, Plain]) -> TypeData:
    """Return a job type; `source` is its file, `shared` the one all types use."""
    check_keys("the file", source, _KEYS)
    own = options(release, shared, mapping(source["options"]))
    files = {name: spec for name, spec in within(source, "files").items() if release.applies(spec)}
    shorthands = _shorthands(release, {**mapping(shared["names"]), **within(source, "names")})
    names = ExpressionNames(own, shorthands, tuple(files))
    blocks = {**mapping(shared["blocks"]), **within(source, "blocks")}
    steps = Steps(release, names, blocks).all(source["steps"])
    for key, flag in flags(steps):
        if key in own:
            own[key].setdefault("flag", flag)
    return {
        "name": text(source["type"]),
        "version": release.version,
        "title": text(source["title"]),
        "job_dir": text(release.chosen(source["job_dir"])),
        "type_id": text(mapping(mapping(source["versions"])[release.version])["type_id"]),
        "job_file": text(release.fact("job_file")),
        "is_tomo": source.get("tomo") is True if release.fact("tomo_field") else None,
        "options": own,
        "outputs": tuple(dict.fromkeys(output_names(steps))),
        "traits": _traits(release, names, shared, mapping(source["traits"])),
        "program": _program(release, source, steps, facts(names, files)),
        "source": _source_of_type(release, text(source["source"])),
    }


def _shorthands(release: Release, names: dict[str, Plain]) -> dict[str, Expr]:
    chosen = {name: release.chosen(each) for name, each in names.items()}
    return {name: parse(" ".join(str(each).split())) for name, each in chosen.items() if each is not None}


def _program(
    release: Release, source: dict[str, Plain], steps: tuple[Step, ...], files: dict[str, Fact]
) -> dict[str, object]:
    return {
        **({"files": files} if files else {}),
        "steps": encoded(steps),
        "control": release.chosen(source.get("control", release.fact("control"))) or "",
        "marks": release.general["marks"],
        "local_mpi_limit": release.general["local_mpi_limit"],
        "resume": release.general["resume"],
        "markers": release.general["markers"],
        "star_version": release.fact("star_version", ""),
        "repeated_flag": release.fact("repeated_flag"),
        "memory": _memory(release),
    }


def _memory(release: Release) -> dict[str, object]:
    """Return what of memory depends on the build, and how far its models are from what was measured."""
    given = mapping(release.general["memory"])
    gaps = map(mapping, sequence(given["gaps"]))
    return {
        "precision": given["precision"],
        "usual": given["usual_precision"],
        "gaps": tuple({key: each[key] for key in ("glibc", "bytes")} for each in gaps),
        "band": release.chosen(given["band"]),
    }


def _traits(
    release: Release, names: ExpressionNames, shared: dict[str, Plain], given: dict[str, Plain]
) -> dict[str, object]:
    check_keys("traits", given, _TRAITS)
    conditions = {name: names.expr(release.chosen(given.get(name, False))) for name in _CONDITIONS}
    ranks, own = (_rules(release, given, key) for key in ("rank_rules", "run_rules"))
    runs = [*own, *_of_options(release, names, sequence(shared.get("rules", [])))]
    for name in _SELDOM:
        if release.chosen(given.get(name)) is not None:
            conditions[name] = names.expr(release.chosen(given[name]))
    return {
        **conditions,
        **_models(release, names, given),
        "items": given.get("items", ""),
        **({"resume": given["resume"]} if "resume" in given else {}),
        "rank_rules": tuple(_rule(names, rule, _RANK_RULE) for rule in ranks),
        "run_rules": tuple(_rule(names, _dated(release, rule), _RUN_RULE) for rule in runs),
        **_about_files(release, names, shared, given),
    }


def _about_files(
    release: Release, names: ExpressionNames, shared: dict[str, Plain], given: dict[str, Plain]
) -> dict[str, object]:
    """Return the rules about files that options name, and what is known of the files that the job makes.

    A text in their place names one that several types share.
    """
    made: dict[str, object] = {}
    named = within(shared, "data_rules")
    all_rules = [
        mapping(named[each] if isinstance(each, str) else each)
        for each in sequence(given.get("data_rules", []))
    ]
    if rules := [rule for rule in all_rules if release.applies(rule)]:
        made["data_rules"] = tuple(_data_rule(release, names, _dated(release, rule)) for rule in rules)
    if passes := within(given, "passes"):
        known = within(shared, "passes")
        tables = {
            name: mapping(known[each] if isinstance(each, str) else each) for name, each in passes.items()
        }
        made["passes"] = {name: _passed(release, names, each) for name, each in tables.items()}
    return {**made, "asks": tuple(dict.fromkeys(_asked(made)))} if made else made


def _asked(made: object) -> Iterator[str]:
    """Yield the options whose files expressions look at, wherever these stand in compiled data."""
    match made:
        case ("name", _, (str(option), _)) if option != DATA:
            yield option
        case dict():
            yield from (option for each in made.values() for option in _asked(each))
        case tuple():
            yield from (option for each in made for option in _asked(each))


def _data_rule(release: Release, names: ExpressionNames, rule: dict[str, Plain]) -> dict[str, object]:
    texts_of = {key: release.chosen(rule.get(key, "")) for key in ("when", "message", "help")}
    rule = {**rule, **texts_of}
    made = _rule(names, rule, _DATA_RULE)
    return {
        **made,
        "message": names.template(text(rule["message"])),
        "help": names.template(text(rule.get("help", ""))),
    }


def _passed(release: Release, names: ExpressionNames, facts: dict[str, Plain]) -> dict[str, Expr]:
    check_keys("what is passed on", facts, FILE_FACTS)
    chosen = {name: release.chosen(each) for name, each in facts.items()}
    return {name: names.expr(each) for name, each in chosen.items() if each is not None}


def _rules(release: Release, given: dict[str, Plain], key: str) -> list[dict[str, Plain]]:
    return [mapping(rule) for rule in sequence(given.get(key, [])) if release.applies(rule)]


def _of_options(
    release: Release, names: ExpressionNames, shared: Sequence[Plain]
) -> Iterator[dict[str, Plain]]:
    """Yield the rules that all types with some option share; `it` stands for the option in what they say.

    A rule may name further options: it is for types that have all of them.
    """
    for rule in map(mapping, shared):
        if not release.applies(rule):
            continue
        for key in texts(rule["each"]):
            if key in names.options and all(each in names.options for each in texts(rule.get("with", []))):
                yield {**_about(rule, key), "option": key}


def _about(rule: dict[str, Plain], key: str) -> dict[str, Plain]:
    """Return a shared rule with an option in the place of `it`."""
    said: dict[str, Plain]
    kept = {name: each for name, each in rule.items() if name not in ("each", "with")}
    said = {name: str(kept[name]).replace("{it}", key) for name in ("message", "help") if name in kept}
    return {**kept, **said, "when": _IT.sub(key, str(kept["when"]))}


def _models(release: Release, names: ExpressionNames, given: dict[str, Plain]) -> dict[str, object]:
    """Return the memory models and, where a type has them, the numbers that they take from options."""
    made: dict[str, object] = {"memory": texts(given.get("memory", []))}
    if "vram" in given:
        made["vram"] = texts(given["vram"])
    chosen = {name: release.chosen(each) for name, each in within(given, "quantities").items()}
    quantities = {name: names.expr(each) for name, each in chosen.items() if each is not None}
    return {**made, "quantities": quantities} if quantities else made


def _source_of_type(release: Release, place: str) -> str:
    read = f"RELION {release.read_tag()}, {place}"
    return f"RELION {release.fact('tag')}, {release.observed()}; {read}" if release.observed() else read


def _dated(release: Release, rule: dict[str, Plain]) -> dict[str, Plain]:
    """Return a rule with where it is known from; where only a program was at hand, whether it was tried there."""
    tag, seen = release.fact("tag"), ""
    if release.observed():
        seen = f"; {tag} stops likewise" if rule.get("tried") == tag else f" (not tried with {tag})"
    known = {key: value for key, value in rule.items() if key != "tried"}
    return {**known, "source": f"RELION {release.read_tag()}, {rule['source']}{seen}"}


def _rule(names: ExpressionNames, rule: dict[str, Plain], keys: tuple[str, ...]) -> dict[str, object]:
    check_keys("a rule", rule, keys)
    if "option" in rule and rule["option"] not in (*names.options, DATA):
        raise CatalogError(f"a rule names {rule['option']!r}, which is not an option of this version")
    facts = {key: value for key, value in rule.items() if key not in ("versions", "when")}
    return {**facts, "when": names.expr(rule.get("when", True))}
