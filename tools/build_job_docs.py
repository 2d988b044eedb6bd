"""Write docs/jobs/: a page for each job type, from the compiled catalogue.

python tools/build_job_docs.py            write them
python tools/build_job_docs.py --check    exit 1 if a page is not what the catalogue says
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from relionc.catalog import JobType, Option
    from relionc.catalog.steps import Refuse, Step

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "jobs"
NOTE = "<!-- Made by tools/build_job_docs.py from relionc/catalog/data; do not edit. -->"


def pages() -> dict[str, str]:
    """Return the text of every page by file name."""
    from relionc import catalog

    names = list(dict.fromkeys(name for version in catalog.versions() for name in catalog.types(version)))
    types = {
        name: [
            catalog.load(name, version) for version in catalog.versions() if name in catalog.types(version)
        ]
        for name in names
    }
    return {"README.md": overview(types)} | {f"{name}.md": page(found) for name, found in types.items()}


def overview(types: dict[str, list[JobType]]) -> str:
    rows = [
        f"| [`{name}`]({name}.md) | {found[-1].title} | {versions(found)} |" for name, found in types.items()
    ]
    head = ["# Job types", "", NOTE, "", "| type | what it does | RELION |", "|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def versions(found: list[JobType]) -> str:
    return ", ".join(each.version for each in found)


def page(found: list[JobType]) -> str:
    """Return the page of one job type; `found` are its versions, oldest first."""
    newest = found[-1]
    lines = [
        f"# `{newest.name}`: {newest.title}",
        "",
        NOTE,
        "",
        f"RELION {versions(found)}. Writes to `{newest.job_dir}/<job>/`.",
        "",
        "Where versions differ, a value stands with the versions it holds for.",
        "",
        *options(found),
        *outputs(found),
        *refusals(found),
        *rank_rules(found),
        *run_rules(found),
        "## Where this comes from",
        "",
        *(f"- {each.source}" for each in found),
    ]
    return "\n".join(lines) + "\n"


def options(found: list[JobType]) -> Iterator[str]:
    """Yield a table of options for each tab of RELION's window."""
    keys = list(dict.fromkeys(key for each in reversed(found) for key in each.options))
    group = ""
    for key in sorted(keys, key=lambda key: first_group(found, key)):
        having = [each for each in found if key in each.options]
        option = having[-1].options[key]
        if option.group != group:
            if group:
                yield ""
            group = option.group
            yield from (f"## {group}", "", "| option | default | flag | what it is |", "|---|---|---|---|")
        yield row(key, having, len(having) < len(found))
    yield ""


def first_group(found: list[JobType], key: str) -> int:
    groups = list(dict.fromkeys(option.group for each in reversed(found) for option in each.options.values()))
    return groups.index([each for each in found if key in each.options][-1].options[key].group)


def row(key: str, having: list[JobType], is_partial: bool) -> str:
    option = having[-1].options[key]
    name = f'<a id="{key}"></a>`{key}`' + (f"<br>only {versions(having)}" if is_partial else "")
    default = by_version(having, key, lambda each: code(each.default) if each.default else "empty")
    flag = by_version(having, key, lambda each: code(each.flag) if each.flag else "")
    label = option.label.strip()
    cells = (name, default, flag, f"**{label}** {option.description}{limits(option)}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def by_version(having: list[JobType], key: str, show: Callable[[Option], str]) -> str:
    """Return what an option has in all versions, or each value with its versions."""
    values: dict[str, list[JobType]] = {}
    for each in having:
        values.setdefault(show(each.options[key]), []).append(each)
    if len(values) == 1:
        return next(iter(values))
    return "<br>".join(f"{value or 'none'} ({versions(each)})" for value, each in values.items())


def limits(option: Option) -> str:
    if option.choices:
        return " One of " + ", ".join(map(code, option.choices)) + "."
    if option.minimum is None or option.maximum is None:
        return f" In {option.unit}." if option.unit else ""
    return f" Usual range {option.minimum:g} to {option.maximum:g} {option.unit}".rstrip() + "."


def code(text: str) -> str:
    return f"`{text}`"


def outputs(found: list[JobType]) -> Iterator[str]:
    names = dict.fromkeys(name for each in reversed(found) for name in each.outputs)
    yield from ("## Outputs", "", f"As `jobs.<job>.outputs.<name>`: {', '.join(map(code, names))}.", "")


def refusals(found: list[JobType]) -> Iterator[str]:
    """Yield what RELION refuses, in our words."""
    told: dict[tuple[str, str, str], list[JobType]] = {}
    for each in found:
        for step in dict.fromkeys(refusal_steps(each.program["steps"])):
            told.setdefault((step.code, step.option, step.message), []).append(each)
    yield from ("## What RELION refuses", "", "| code | option | why |", "|---|---|---|")
    for (rule, option, message), having in told.items():
        only = f" ({versions(having)})" if len(having) < len(found) else ""
        yield f"| {rule} | `{option}` | {message}{only} |"
    yield ""


def refusal_steps(steps: Iterable[Step]) -> Iterator[Refuse]:
    from relionc.catalog.steps import Refuse, bodies

    for step in steps:
        if isinstance(step, Refuse):
            yield step
        for body in bodies(step):
            yield from refusal_steps(body)


def rank_rules(found: list[JobType]) -> Iterator[str]:
    rules = [(each, rule) for each in found for rule in each.traits.rank_rules]
    if rules:
        yield from ("## MPI ranks", "")
        yield from (
            f"- {rule.code}, RELION {each.version}: {rule.message} ({rule.source})." for each, rule in rules
        )
        yield ""


def run_rules(found: list[JobType]) -> Iterator[str]:
    """Yield what RELION makes a command of and its program then stops on."""
    told: dict[tuple[str, str], list[JobType]] = {}
    for each in found:
        for rule in each.traits.run_rules:
            told.setdefault((rule.option, rule.message), []).append(each)
    if told:
        yield from ("## What stops the program when it runs", "", "| option | why |", "|---|---|")
        for (option, message), having in told.items():
            only = f" ({versions(having)})" if len(having) < len(found) else ""
            yield f"| `{option}` | {message}{only} |"
        yield ""


def main(arguments: list[str]) -> int:
    wanted = pages()
    there = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    stale = sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))
    if "--check" in arguments:
        for name in stale:
            print(f"stale: docs/jobs/{name}", file=sys.stderr)
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (PAGES / name).write_text(wanted[name], encoding="utf-8")
        else:
            (PAGES / name).unlink()
    print(f"{len(wanted)} pages, {len(stale)} changed")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
