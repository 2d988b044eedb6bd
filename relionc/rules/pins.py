"""Findings about pins that several rules share."""

from __future__ import annotations

from relionc.diag import WARNING, Finding, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from relionc.site.types import Cluster
    from relionc.spec.model import Pin


def meaningless(pin: Pin[Any], code: str, name: str, cluster: Cluster) -> Finding:
    """Return the warning for what only a queue could meet, on a cluster without one."""
    message = f"{cluster.name} has no queue: `{name}` has no meaning there"
    return Finding(code=code, severity=WARNING, message=message, route=pin.route, on_key=True)


def not_there(
    pin: Pin[str], names: Iterable[str], code: str, what: str, cluster: Cluster
) -> Iterator[Finding]:
    """Yield the finding for a name that a cluster does not have, with the nearest one."""
    names = list(dict.fromkeys(names))
    if pin.value in names:
        return
    from relionc.diag.near import nearest

    near = nearest(pin.value.lower(), names, 0.5)
    text = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{name}`' for name in names)}"
    fixes = (Fix(f"use {near}", pin.route, near),) if near else ()
    message = f"{cluster.name} has no {what} `{pin.value}`"
    yield Finding(code=code, message=message, route=pin.route, help=text, fixes=fixes)
