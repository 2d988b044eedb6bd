"""The submission scripts that RELION itself made of four templates, recorded once per release (`tests/data/submit`)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relionc import catalog
from relionc.catalog.queue import load_queue
from relionc.emit.queue_script import render
from relionc.expr import refs
from relionc.lower.commands import RelionCommands, relion_commands
from relionc.queue_template import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog import JobType

DATA = Path(__file__).parent.parent / "data"
RELEASES = ("2.1", "3.0.8", "3.1.3", "4.0.2", "5.0.1", "5.1.0")

Row = dict[str, Any]


def rows(release: str) -> Iterator[Row]:
    yield from map(json.loads, (DATA / "submit" / f"{release}.jsonl").read_text("utf-8").splitlines())


def version_of(release: str) -> str:
    version = catalog.series(release)
    assert version
    return version


def job_type_of(row: Row, release: str) -> JobType | None:
    """Return the job type of the catalogue that a row is about, if there is one."""
    listed = json.loads((DATA / "joboptions" / f"{release}.json").read_text("utf-8"))["jobs"]
    folder = row["outputname"].split("/")[0]
    ids = {
        str(job["job_type_label"] or job["job_type_id"])
        for job in listed
        if job["job_type_id"] == row["job_type_id"] and job["job_dir"] == folder and not job["is_tomo"]
    }
    version = version_of(release)
    types = (catalog.load(name, version) for name in catalog.types(version))
    return next((each for each in types if each.type_id in ids and not each.is_tomo), None)


def options_of(row: Row) -> dict[str, str]:
    return {
        key: refs.braced(re.sub(r"\$\{?([A-Za-z_]\w*)\}?", r"${\1}", text))
        for key, text in row["set"].items()
    }


def script_of(row: Row, release: str, made: RelionCommands, defaults: dict[str, str]) -> str:
    """Return the script that we make of a row's template and of commands."""
    facts = load_queue(version_of(release))
    options = {**defaults, **options_of(row)}
    extras = placeholders.site_extras(facts, options, row["env"])
    known = placeholders.values(facts, options, row["outputname"])
    replacing = placeholders.replacements(facts, known, extras)
    return render(placeholders.fill(row["template"], made, facts, replacing)).replace(
        "${SLURM_JOB_ID}", "$SLURM_JOB_ID"
    )


def difference(row: Row, release: str) -> str:
    """Return in what we differ from a row, or nothing."""
    job_type = job_type_of(row, release)
    if job_type is None:
        return f"the catalogue does not have the job type of {row['case']}"
    defaults = {key: option.default for key, option in job_type.options.items()}
    options = {**defaults, **options_of(row)}
    made = relion_commands(job_type, options, output=row["outputname"], is_continue=False)
    if not row["ok"]:
        return "" if made.refusals else f"RELION refuses: {row['error']}"
    if made.refusals:
        return f"refused: {made.refusals}"
    script = script_of(row, release, made, defaults)
    if script != row["script"]:
        return f"{script!r} is not {row['script']!r}"
    warned = placeholders.is_uneven(load_queue(version_of(release)), options, row["outputname"])
    return "" if warned == bool(row["stdout"]) else f"warned: {warned}, but RELION printed {row['stdout']!r}"
