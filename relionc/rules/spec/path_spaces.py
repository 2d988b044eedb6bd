"""A path, or another text that RELION does not quote, with a blank in it."""

from __future__ import annotations

from relionc.catalog.program import unquoted
from relionc.diag import ERROR, WARNING, Finding
from relionc.expr import blanks
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL110"


_OF_TEXTS = "write it without spaces, unless several words are meant"
_TEXTS = ("file", "node", "text")


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each given option that RELION does not quote, with a blank inside."""
    for key, route in job.given.items():
        text = show(job.options[key])
        option = job.type.options.get(key)
        if " " not in text or option is None or option.role == "extra_args" or option.kind not in _TEXTS:
            continue
        first, *more = blanks.words(text) or [""]
        is_text = option.kind == "text"  # in which RELION may want several words
        outer = is_text and text != text.strip(
            blanks.SHELL
        )  # what RELION puts beside it becomes a word of its own
        if (more or outer) and (not is_text or key in unquoted(job.type)):
            yield Finding(
                code=CODE,
                severity=WARNING if is_text else ERROR,
                message=f"`{key}` has a space: RELION would take `{first}` and {_then(more)}",
                route=route,
                help=_OF_TEXTS if is_text else "rename the file, or make a symbolic link without spaces",
            )


def _then(more: list[str]) -> str:
    """Return what becomes of the words behind the first one."""
    flag = next((word for word in more if word.startswith("-")), "")
    return f"`{flag}` as an option of its own" if flag else "go on"
