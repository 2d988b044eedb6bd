"""What the compiler has of a spec after a stage, as JSON for people who work on it: nothing else reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relionc.catalog.types import JobType
from relionc.emit.json_text import document as json_document
from relionc.expr.refs import Text, show
from relionc.source.values import text_of
from relionc.spec.model import ResolvedJob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.diag import Route
    from relionc.pipeline.run import Compiled
    from relionc.source import Tree


def document(compiled: Compiled, stage: str) -> str | None:
    """Return the value of a stage of `VALUES`; None where the compiler did not come so far."""
    value = VALUES[stage](compiled)
    return None if value is None else json_document(value)


def _source(compiled: Compiled) -> Mapping[str, object] | None:
    """Every scalar of the spec: where it stands, and how it is typed."""
    tree = compiled.tree
    if tree is None:
        return None
    return {
        "path": tree.path,
        "scalars": [_scalar(tree, route, value) for route, value in _scalars(tree.value)],
    }


def _scalars(value: object, route: Route = ()) -> Iterator[tuple[Route, object]]:
    if isinstance(value, dict):
        inside: list[tuple[str | int, object]] = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        yield route, value
        return
    for key, item in inside:
        yield from _scalars(item, (*route, key))


def _scalar(tree: Tree, route: Route, value: object) -> dict[str, object]:
    span = tree.span(route)
    return {
        "line": span.line if span else None,
        "column": span.column if span else None,
        "route": ".".join(map(str, route)),
        "value": value,
        "typed": text_of(value),
    }


def _spec(compiled: Compiled) -> Mapping[str, object] | None:
    return None if compiled.spec is None else _record(compiled.spec)


def _plan(compiled: Compiled) -> Mapping[str, object] | None:
    if compiled.spec is None:
        return None
    return {plan.job.name: _record(plan, job=plan.job.name) for plan in compiled.plans}


def _ir(compiled: Compiled) -> Mapping[str, object] | None:
    return None if compiled.bundle is None else _record(compiled.bundle)


VALUES: Mapping[str, Callable[[Compiled], Mapping[str, object] | None]] = {
    "source": _source,
    "spec": _spec,
    "plan": _plan,
    "ir": _ir,
}
"""The stages that make something new, with what they make."""


def _record(value: tuple[object, ...], **instead: object) -> dict[str, object]:
    """Return the fields of a record that are set, with others `instead` of some."""
    fields = dict(zip(value._fields, value, strict=True)) | instead  # type: ignore[attr-defined] # a NamedTuple
    return {name: _data(field) for name, field in fields.items() if field is not None}


def _data(value: object) -> object:
    """Return a value as JSON has it: records as objects, those of jobs by the job's name."""
    if isinstance(value, JobType):
        return f"{value.name} of RELION {value.version}"
    if isinstance(value, Text):
        return show(value)
    if isinstance(value, Mapping):
        return {str(key): _data(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _record(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        names = [name for item in value if (name := _job_of(item)) is not None]
        items = [_data(item) for item in value]
        return dict(zip(names, items, strict=True)) if names and len(names) == len(items) else items
    return value


def _job_of(value: object) -> str | None:
    name = value.name if isinstance(value, ResolvedJob) else getattr(value, "job", None)
    return name if isinstance(name, str) else None
