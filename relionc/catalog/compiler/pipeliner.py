"""`pipeliner.yaml` → literal data: how a RELION's own pipeline is asked from outside."""

from __future__ import annotations

from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, text, texts
from relionc.catalog.pipeliner import PipelinerFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.source.values import Plain

_LISTS = ("version", "add")
_TABLE = "queued"


def compile_pipeliner(data: dict[str, Plain]) -> dict[str, object]:
    """Return literal data in the shape of `relionc.catalog.pipeliner.PipelinerFacts`."""
    check_keys("pipeliner.yaml", data, PipelinerFacts._fields)
    if missing := set(PipelinerFacts._fields) - set(data):
        raise CatalogError(f"pipeliner.yaml lacks {', '.join(sorted(missing))}")
    return {key: _compiled(key, each) for key, each in data.items()}


def _compiled(key: str, given: Plain) -> object:
    if key in _LISTS:
        return texts(given)
    if key == _TABLE:
        return {name: text(each) for name, each in mapping(given).items()}
    return text(given)
