"""The two files of an imported cluster: what Slurm says, anew at every update, and what people know, once."""

from __future__ import annotations

from collections.abc import Mapping

from relionc import source
from relionc.emit.profilefile import MARGIN, entry, render
from relionc.record import NamedTuple
from relionc.source.values import as_mapping, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from relionc.diag import Diagnostic, Route
    from relionc.site.types import Plain
    from relionc.source import Tree
    from relionc.survey.draft import Draft
    from relionc.survey.questions import SiteQuestion

_ABOUT = (
    "What Slurm says of this cluster, and guesses where it says nothing (`unverified`). People's knowledge stands in",
    "{own}, which extends this file. `relionc cluster import --update` changes the facts of nodes and partitions here,",
    "and leaves guesses, other keys and comments as they are.",
)
TOP_FACTS = frozenset(
    (
        "name",
        "date",
        "source",
        "scheduler",
        "slurm",
        "mpi_plugins",
        "max_array_size",
        "node_types",
        "partitions",
        "qos",
        "notes",
        "sources",
    )
)
"""What an update takes from Slurm. Of anything else at the top the file's own value stays: a guess, a person's word."""
_NODE_FACTS = frozenset(
    ("count", "cpus", "threads_per_core", "memory", "scratch", "gpu_type", "gpus", "mig", "arch", "features")
)
_PARTITION_FACTS = frozenset(
    (
        "node_types", "default", "max_time", "default_time", "min_nodes", "max_nodes", "max_cpus_per_node",
        "max_memory_per_node", "max_memory_per_cpu", "billing", "exclusive", "min_gpus", "max_gpus", "max_cpus",
    )
)  # fmt: skip
FACTS_BELOW = {"node_types": _NODE_FACTS, "partitions": _PARTITION_FACTS}
"""What an update takes from Slurm of each node type and partition."""


class NotUpdatedError(Exception):
    """The file of an earlier import cannot be read; the diagnostics say why."""

    def __init__(self, diagnostics: Sequence[Diagnostic], text: str) -> None:
        super().__init__("the file of the last import cannot be read")
        self.diagnostics, self.text = tuple(diagnostics), text


class Before(NamedTuple):
    """The file of an earlier import."""

    tree: Tree
    values: dict[str, Plain]

    @property
    def node_types(self) -> Mapping[str, Plain]:
        """Its node types."""
        return as_mapping(self.values.get("node_types"))  # type: ignore[arg-type]


def before(data: bytes, path: str) -> Before:
    """Read the file of an earlier import; raises NotUpdatedError."""
    loaded = source.load(data, path)
    if (
        loaded.tree is None
        or not isinstance(loaded.tree.value, dict)
        or any(d.severity == "error" for d in loaded.diagnostics)
    ):
        raise NotUpdatedError(loaded.diagnostics, data.decode("utf-8", "replace"))
    return Before(loaded.tree, dict(loaded.tree.value))


def imported(draft: Draft, own: str, old: Before | None = None) -> str:
    """Return the text of what Slurm says. `own` is the name of the other file, `old` what was imported before."""
    header = [*(line.format(own=own) for line in _ABOUT), *(_sentence(remark) for remark in draft.remarks)]
    if old is None:
        return render(draft.values, header)
    text = render(_merged(draft.values, old.values), header)
    return _with_comments(text, _comments(old.tree))


def _sentence(remark: str) -> str:
    return f"{remark[:1].upper()}{remark[1:]}."


def _merged(new: Mapping[str, Plain], old: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return the new facts, with whatever else the old file says."""
    merged: dict[str, Plain] = {}
    for key, value in new.items():
        merged[key] = value if key in TOP_FACTS or key not in old else old[key]
    for key, facts in FACTS_BELOW.items():
        merged[key] = _merged_sections(facts, _mapping(new.get(key)), _mapping(old.get(key)))
    merged |= {key: value for key, value in old.items() if key not in merged and key not in TOP_FACTS}
    sources = _merged_sources(_mapping(new.get("sources")), _mapping(old.get("sources")), merged)
    merged["sources"] = sources
    return {key: merged[key] for key in _in_order(old, new, merged) if key != "sources" or sources}


def _mapping(value: Plain) -> Mapping[str, Plain]:
    return value if isinstance(value, Mapping) else {}


def _merged_sections(
    facts: frozenset[str], new: Mapping[str, Plain], old: Mapping[str, Plain]
) -> dict[str, Plain]:
    """Return the sections that Slurm knows now; of each the keys that are no facts as the old file has them."""
    merged: dict[str, Plain] = {}
    for name, section in new.items():
        now, was = _mapping(section), _mapping(old.get(name))
        kept = {key: value for key, value in was.items() if key not in facts}
        both = {**now, **kept}
        merged[name] = {key: both[key] for key in _in_order(was, now, both)}
    return {name: merged[name] for name in _in_order(old, new, merged)}


def _in_order(old: Iterable[str], new: Iterable[str], there: Container[str]) -> list[str]:
    """Return keys in the order of the old file; those that it has not come after the one before them in the new."""
    order = [key for key in old if key in there]
    place = 0
    for key in new:
        if key in order:
            place = order.index(key) + 1
        else:
            order.insert(place, key)
            place += 1
    return order


def _merged_sources(
    new: Mapping[str, Plain], old: Mapping[str, Plain], values: Mapping[str, Plain]
) -> dict[str, Plain]:
    """Return the sources: of what the old file still says its own, of facts the new ones."""
    there = set(_paths(values, ""))

    def is_fact(path: str) -> bool:
        section, _, rest = path.partition(".")
        facts = FACTS_BELOW.get(section)
        return rest.rpartition(".")[2] in facts if facts else section in TOP_FACTS

    kept = {path: value for path, value in old.items() if path in there and not is_fact(path)}
    both = {**new, **kept}
    return {path: both[path] for path in _in_order(old, new, both)}


def _paths(values: Mapping[str, Plain], path: str) -> Iterator[str]:
    for key, value in values.items():
        here = f"{path}.{key}" if path else key
        yield here
        if isinstance(value, Mapping):
            yield from _paths(value, here)


class _Comments(NamedTuple):
    """Comments of people by the route of the key that they stand above, or behind; and those at the end."""

    above: dict[Route, list[str]]
    behind: dict[Route, str]
    last: list[str]


def _comments(tree: Tree) -> _Comments:
    routes = _routes_by_line(tree)
    above: dict[Route, list[str]] = {}
    behind: dict[Route, str] = {}
    waiting: list[str] = []
    for number, line in enumerate(split_lines(tree.text)):
        bare = line.strip()
        if bare.startswith("#"):
            waiting += [] if bare.startswith(MARGIN) else [bare]
        elif number in routes:
            if waiting:
                above[routes[number]] = waiting
                waiting = []
            if comment := _trailing(line):
                behind[routes[number]] = comment
    return _Comments(above, behind, waiting)


def _routes_by_line(tree: Tree) -> dict[int, Route]:
    """Return the shortest route whose key or item begins on each line."""
    found: dict[int, Route] = {}
    for route, (key, start, _) in tree.marks.items():
        line = (key if key >= 0 else start) >> 20
        if route and (line not in found or len(route) < len(found[line])):
            found[line] = route
    return found


def _trailing(line: str) -> str:
    """Return the comment at the end of a line; a sign inside quotes begins none."""
    quote = ""
    for place, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and line[place - 1 : place] in (" ", "[", "{", ",", ":", ""):
            quote = sign
        elif sign == "#" and line[place - 1 : place] in (" ", "\t"):
            return line[place:].rstrip()
    return ""


def _with_comments(text: str, comments: _Comments) -> str:
    """Return the new text with the comments of the old one: where their key is gone, at the one around it."""
    loaded = source.load(text.encode(), "")
    assert loaded.tree is not None, loaded.diagnostics  # noqa: S101 - a text of our own, which tests read
    lines_of = {route: line for line, route in _routes_by_line(loaded.tree).items()}
    above: dict[int, list[str]] = {}
    behind: dict[int, list[str]] = {}
    last = list(comments.last)
    for route, block in comments.above.items():
        line = _line_of(route, lines_of)
        above.setdefault(line, []).extend(block) if line >= 0 else last.extend(block)
    for route, comment in comments.behind.items():
        line = _line_of(route, lines_of)
        if line >= 0 and route in lines_of:
            behind.setdefault(line, []).append(comment)
        else:
            above.setdefault(line, []).append(comment) if line >= 0 else last.append(comment)
    return "\n".join(_put(split_lines(text.rstrip("\n")), above, behind, last)) + "\n"


def _line_of(route: Route, lines: Mapping[Route, int]) -> int:
    """Return the line of a route, or of the nearest part of the profile around it; -1 where there is none."""
    while route and route not in lines:
        route = route[:-1]
    return lines.get(route, -1)


def _put(
    lines: Sequence[str], above: Mapping[int, list[str]], behind: Mapping[int, list[str]], last: Sequence[str]
) -> Iterator[str]:
    for number, line in enumerate(lines):
        indent = line[: len(line) - len(line.lstrip())]
        yield from (indent + comment for comment in above.get(number, ()))
        yield line + "".join(f"  {comment}" for comment in behind.get(number, ()))
    yield from last


def own(draft: Draft, answers: Mapping[str, dict[str, Plain]], base: str) -> str:
    """Return the text of what people know: the answers, and the open questions as comments."""
    lines = [
        f"# What people know of this cluster. What Slurm says is in {base}; this file goes before it.",
        "# A question that is open stands as a comment: put the right value, and take the # away.",
        "profile: 1",
        *entry("extends", base),
        *entry("name", draft.values["name"]),
    ]
    groups: dict[str, list[SiteQuestion]] = {}
    for question in draft.questions:
        top = next(iter(answers.get(question.key) or question.values(question.example)))
        groups.setdefault(top, []).append(question)
    for top, asked in groups.items():
        lines += ["", *_group(top, asked, answers)]
    return "".join(line + "\n" for line in lines)


def _group(top: str, asked: Sequence[SiteQuestion], answers: Mapping[str, dict[str, Plain]]) -> Iterator[str]:
    """Yield the questions that one key of the profile answers, and the key once."""
    for question in asked:
        yield f"# {question.ask}"
        yield f"#   {question.how}"
    answered = [question for question in asked if question.key in answers]
    if len(asked) == 1:
        values = answers.get(asked[0].key) or asked[0].values(asked[0].example)
        lines = [line for key, value in values.items() for line in entry(key, value)]
        yield from (lines if answered else [f"# {line}" for line in lines])
        return
    yield f"{top}:" if answered else f"# {top}:"
    for question in asked:
        values = answers.get(question.key) or question.values(question.example)
        for line in entry(top, values[top])[1:]:
            yield line if question.key in answers else f"# {line}"
