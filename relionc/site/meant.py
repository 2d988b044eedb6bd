"""Names that a profile gives, and the one that was meant."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.diag import Route

UNKNOWN_NAME = "RL672"
_MOST_LISTED = 30
"""Names that a message lists."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name most like `name`, None where nothing is near."""
    from relionc.diag import near

    if near.has_guessed():
        return None
    return (known := {n.lower(): n for n in names}).get(near.nearest(name.lower(), known, 0.5) or "")


def unknown(name: str, names: Iterable[str], what: str, route: Route, *, on_key: bool = False) -> Finding:
    """Return the finding for a name that is not among `names`, with the nearest one."""
    names = tuple(names)
    near = nearest(name, names)
    more = f" and {len(names) - _MOST_LISTED:,} more" if len(names) > _MOST_LISTED else ""
    known = ", ".join(names[:_MOST_LISTED]) + more or "none"
    advice = f"did you mean `{near}`?" if near else f"there are: {known}"
    return Finding(code=UNKNOWN_NAME, message=f"no {what} `{name}`", route=route, help=advice, on_key=on_key)
