"""An option of a directive that no RELION job may have."""

from __future__ import annotations

from relionc.diag import ERROR, WARNING, Finding
from relionc.slurm.options import DOUBTFUL, FINE, OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL681"


_FOLDER = "chdir"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a finding for each; sites say some of them, for reasons of their own."""
    for each in filled.options:
        option, route = OPTIONS.get(each.name), filled.body(each.line)
        if each.name in filled.asked.planned:  # the site's way to ask for what the plan needs
            continue
        if option and option.in_template != FINE:
            message = f"`{each.name}` cannot be used with RELION jobs: {option.why}"
            severity = WARNING if option.in_template == DOUBTFUL else ERROR
            yield Finding(
                code=CODE, message=message, route=route, help="take the option out", severity=severity
            )
        elif each.name == _FOLDER and (each.value or ".").rstrip("/") != ".":
            message = f"the job would run in {each.value}, and RELION's paths begin at the project folder"
            advice = "take it out: a job runs where it is submitted, or in the spec's `project:`"
            yield Finding(code=CODE, message=message, route=route, help=advice, severity=WARNING)
