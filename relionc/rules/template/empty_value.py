"""An option of a directive whose value is left empty."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.slurm.options import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL706"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each option that a template leaves without its value, where sbatch wants one."""
    for each in filled.emptied():
        option = OPTIONS.get(each.name)
        if option is None:
            continue
        behind = not filled.takes_next_word(each)
        if behind and option.blank:
            continue
        if behind:
            message = f"`--{each.name}=` is left without a value, which Slurm refuses"
        else:
            message = f"`--{each.name}` is left without a value, and takes the next word for it"
        text = f"set `slurm: {{{each.name}: …}}` or a resource, or take the line out"
        yield Finding(code=CODE, message=message, route=filled.body(each.line), help=text)
