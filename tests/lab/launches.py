"""The table of docs/slurm-versions.md that says what each launcher makes of each mode on each Slurm."""

from __future__ import annotations

from pathlib import Path

from relionc.plan.modes import MODES as _MODES
from relionc.slurm import versions

PAGE = Path(__file__).parents[2] / "docs" / "slurm-versions.md"
MODES = tuple(mode.name for mode in _MODES)
LAUNCHERS = ("srun, pmi2", "srun, pmix", "mpirun", "mpiexec.hydra")
COLUMNS = tuple(".".join(tried.split(".")[:2]) for tried in versions.TRIED)
_START = "| mode | launcher |"


def told() -> dict[tuple[str, str], dict[str, str]]:
    """Return what the table says of a mode and a launcher, by version."""
    _, rows, _ = _parts()
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {(mode, launcher): dict(zip(COLUMNS, cells, strict=True)) for mode, launcher, *cells in found}


def accept(mode: str, launcher: str, version: str, found: str) -> None:
    """Write what was found into the table."""
    before, _, after = _parts()
    table = told()
    table.setdefault((mode, launcher), dict.fromkeys(COLUMNS, ""))[version] = found
    order = [(each, other) for each in MODES for other in LAUNCHERS if (each, other) in table]
    rows = [f"| {' | '.join([*key, *table[key].values()])} |" for key in order]
    PAGE.write_text("\n".join([*before, *rows, *after]), "utf-8")


def _parts() -> tuple[list[str], list[str], list[str]]:
    """Return the lines before the rows of the table, its rows, and what comes after."""
    lines = PAGE.read_text("utf-8").split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith(_START)) + 2
    last = next((i for i in range(first, len(lines)) if not lines[i].startswith("|")), len(lines))
    return lines[:first], lines[first:last], lines[last:]
