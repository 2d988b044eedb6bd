"""Tables of a STAR file as text, as RELION itself writes them."""

from __future__ import annotations

from relionc.emit.jobfile import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.ir import TableOfProject

_GAP = 12


def render(tables: Iterable[TableOfProject], version: str) -> str:
    """Return the text of a file of tables; those without rows are left out, as RELION does."""
    return "".join(_table(each, version) for each in tables if each.rows)


def _table(table: TableOfProject, version: str) -> str:
    head = f"\n# version {version}\n\ndata_{table.name}\n\n"
    if table.is_list:
        pairs = zip(table.columns, table.rows[0], strict=True)
        return (
            head + "".join(f"_{name:<{len(name) + _GAP}}{value:>{_GAP}}\n" for name, value in pairs) + " \n"
        )
    columns = "".join(f"_{name} #{number} \n" for number, name in enumerate(table.columns, 1))
    rows = "".join(" ".join(f"{quoted(cell):>10}" for cell in row) + " \n" for row in table.rows)
    return f"{head}loop_ \n{columns}{rows} \n"
