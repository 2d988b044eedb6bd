"""Values that a call puts into a document: `jobs.class3d.options.nr_classes=4`."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.source.load import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.diag import Diagnostic, Route
    from relionc.source.values import Plain, Tree


class Setting(NamedTuple):
    """A value for one place of a document, as it was typed; `by` is the option of the call that brings it."""

    name: str  # dotted
    text: str
    by: str

    @property
    def route(self) -> Route:
        """The place in the document."""
        return tuple(self.name.split("."))

    @property
    def said(self) -> str:
        """The setting as a call has it."""
        return f"{self.by} {self.name}={self.text}"


def put_in(tree: Tree, settings: tuple[Setting, ...]) -> tuple[Tree, tuple[Diagnostic, ...]]:
    """Return the document with the settings in it, later ones over earlier, and what is wrong with their texts.

    A value is read as YAML is: `4`, `[2, 4]`, `{type: p100}`. Mappings on the way that are not there are made.
    """
    value = tree.value
    wrong: list[Diagnostic] = []
    for setting in settings:
        loaded = load(setting.text.encode(), f"{setting.by} {setting.name}")
        wrong += loaded.diagnostics
        if loaded.tree is not None:
            value = _with(value, setting.route, loaded.tree.value)
    return tree._replace(value=value), tuple(wrong)


def _with(value: Plain, route: Route, new: Plain) -> Plain:
    """Return a copy of a value with another at a route."""
    if not route:
        return new
    first, *rest = route
    inside = value if isinstance(value, dict) else {}
    return {**inside, str(first): _with(inside.get(str(first)), tuple(rest), new)}
