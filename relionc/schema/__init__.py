"""Do plain values have the shape that a schema of `schemas/` describes? If not: why not, and where.

A generated function says yes or no at once. Only on "no" is jsonschema imported, to find every problem.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from relionc.diag import Finding

    Kind = Literal["spec", "cluster"]


INCOMPLETE = "RL029"
"""The code of the last finding where there are too many to tell: the value may be wrong in further ways."""


def check(kind: Kind, value: Any) -> list[Finding]:
    """Return everything that is wrong with the shape of `value`; nothing when it is right.

    Only the shape: names of job types and options, units, and what expressions mean are checked later.
    """
    if accepts(kind, value):
        return []
    from relionc.schema.explain import explain

    return explain(kind, value)


def accepts(kind: Kind, value: Any) -> bool:
    """Tell whether `value` has the right shape."""
    generated = import_module(f"relionc.schema._fast.{kind}_v1")
    try:
        generated.validate(value)
    except generated.Rejected:
        return False
    return True
