"""`slurm:` of a job: further sbatch options, except those that the plan itself writes."""

from __future__ import annotations

from relionc.expr import Text, text_of
from relionc.expr.refs import show
from relionc.slurm.options import ALWAYS, NEVER, NOBODY, OPTIONS, PLAN, USER, meant
from relionc.source.values import as_scalar
from relionc.spec.model import Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.diag import Route
    from relionc.expr import Value
    from relionc.spec.resources import Routed
    from relionc.spec.scope import SpecScope

DISTRIBUTION = "distribution"


def resolve(raw: Routed, scope: SpecScope) -> tuple[tuple[str, str | None], ...]:
    """Return the options in the order of the spec; `yes` is a flag without a value."""
    found: list[tuple[str, str | None]] = []
    for key, (value, route) in raw.items():
        if key == DISTRIBUTION:  # `distribution` reads it
            continue
        option = OPTIONS.get(key)
        if option is None:
            message = f"`{key}` is not the full name of an sbatch option"
            scope.report("RL613", message, route, meant(key), on_key=True)
        elif option.owner == NOBODY:
            message = f"`{key}` cannot be used with RELION jobs: {option.why}"
            scope.report("RL607", message, route, on_key=True)
        elif option.owner != USER:
            whose = "written by the plan" if option.owner == PLAN else "for the plan, or the site, to say"
            scope.report("RL607", f"`{key}` is {whose}", route, option.why, on_key=True)
        else:
            found += _one(key, scope.value(as_scalar(value), route), route, scope)
    return tuple(found)


def distribution(raw: Routed, gpu: bool, scope: SpecScope) -> Pin[str] | None:
    """Return the pin that deals ranks over nodes in turn, which the plan of a GPU job answers with what it would do.

    Blocks are what the plan makes. Any other distribution is refused, and so is that one for a job without GPUs.
    """
    if DISTRIBUTION not in raw:
        return None
    value, route = raw[DISTRIBUTION]
    text = show(text_of(scope.value(as_scalar(value), route) or "")).partition(":")[0]
    if text == "block":
        return None
    if text == "cyclic" and gpu:
        return Pin(text, route)
    why = "the plan places the ranks, in blocks; sbatch refuses `arbitrary` without a node list"
    scope.report("RL607", f"`{DISTRIBUTION}` cannot be used with RELION jobs: {why}", route, on_key=True)
    return None


def _one(key: str, value: Value, route: Route, scope: SpecScope) -> list[tuple[str, str | None]]:
    if value is None:
        return []
    takes = OPTIONS[key].value
    if value is True or value is False or (takes == NEVER and value in ("yes", "no")):
        if value in (True, "yes") and takes == ALWAYS:
            scope.report("RL614", f"`{key}` needs a value", route, "write the value, or leave the option out")
            return []
        return [(key, None)] if value in (True, "yes") else []
    if takes == NEVER:
        scope.report("RL607", f"`{key}` takes no value", route, "write yes or no")
        return []
    text = text_of(value)
    if isinstance(text, Text) or any(ord(character) < 0x20 for character in text):
        what = "a shell reference" if isinstance(text, Text) else "a line break or control character"
        scope.report("RL901", f"`{key}` has {what}; sbatch reads its options without a shell", route)
        return []
    return [(key, text)]
