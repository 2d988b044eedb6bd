"""The table of points of a sweep that share a script: a row for each, of tabs and plain words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.emit.views import TableView
    from relionc.ir import PointTable


def text(value: PointTable) -> str:
    """Render the table."""
    head = "\t".join(("point", *(name for name, _ in value.columns)))
    rows = zip(value.names, value.rows, strict=True)
    return "\n".join([head, *("\t".join((name, *row)) for name, row in rows), ""])


def view(value: PointTable, written: str) -> TableView:
    """Return what a script has to know of its table, which was written like that."""
    from hashlib import sha256

    return {
        "path": value.path,
        "digest": sha256(written.encode()).hexdigest(),
        "variables": " ".join(variable for _, variable in value.columns),
    }
