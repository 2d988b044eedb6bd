"""`relionc plan --all`: the other layouts of a job as a table."""

from __future__ import annotations

from relionc.cli.table import table
from relionc.lower.modes import MODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.plan.alternatives import Alternative


def others(found: Sequence[Alternative] | None) -> str:
    """Return the best layout of every mode and kind of node, the best first; those that are not possible with why."""
    if found is None:
        return " all layouts: take too long to find with those of the jobs above; plan this job alone\n"
    billed = any(each.billing is not None for each in found)
    head = ["layout", "nodes", "ranks", "CPUs each", "idle GPUs", "idle CPUs", "CPU-hours", "GPU-hours"]
    rows = [[*head, "billing"] if billed else head]
    rows += [_row(each, billed=billed) for each in found if not each.why_not]
    text = " all layouts, the best of its kind each\n" + table(rows, indent=" ")
    missing = [f" {each.mode}: not possible ({each.why_not})\n" for each in found if each.why_not]
    return text + "".join(missing)


def _row(each: Alternative, *, billed: bool) -> list[str]:
    nodes = MODES[each.mode].nodes(each.nodes)
    cells = [
        each.mode,
        f"{nodes} x {each.node_type}",
        str(each.ntasks),
        str(each.cpus_per_task),
        str(each.idle_gpus),
        str(each.idle_cpus),
        f"{each.cpu_hours:,.0f}",
        f"{each.gpu_hours:,.0f}",
    ]
    return [*cells, "-" if each.billing is None else f"{each.billing:,.0f}"] if billed else cells
