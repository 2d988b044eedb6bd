"""`relionc catalog check`: a site's own RELION against the catalogue."""

from __future__ import annotations

import tempfile
import time

from relionc import catalog
from relionc.catalog.pipeliner import load_pipeliner
from relionc.cli import say
from relionc.cli.show import near_type
from relionc.pipeline.own_build import compare_all, new_types
from relionc.pipeline.pipeliner import NoPipeliner, Pipeliner, how_to_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.pipeline.own_build import Compared, Disagreement
    from relionc.pipeline.pipeliner import Made

SHOWN = 3
"""Jobs of a type that are shown; the others are counted."""


def run(program: str | None, relion: str | None, job_type: str | None) -> int:
    """Ask a RELION what it makes of jobs, and print in what the catalogue differs. Returns the exit code."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            command = how_to_call(program or load_pipeliner().program)
            pipeliner = Pipeliner(command, folder)
            release = pipeliner.release()
            version = catalog.version(relion or release)
        except (NoPipeliner, catalog.UnknownVersion) as error:
            say.trouble(error)
            return 2
        names = catalog.types(version)
        if job_type is not None and job_type not in names:
            say.trouble(f"RELION {version} has no job type `{job_type}`{near_type(job_type, (version,))}")
            return 2
        chosen = [name for name in names if job_type in (None, name)]
        found = compare_all(command, folder, [catalog.load(name, version) for name in chosen])
        more = list(new_types(pipeliner, version)) if job_type is None else []
    took = time.monotonic() - started
    asked = sum(each.asked for each in found)
    head = f"RELION {release} against the catalogue's {version}: {len(found)} job types, {asked:,} jobs, {took:.0f} s"
    say.result("".join(f"{line}\n" for line in [head, *_lines(found, more)]))
    return 0 if not more and all(each.same for each in found) else 1


def _lines(found: Sequence[Compared], more: Sequence[str]) -> Iterator[str]:
    same = [each.name for each in found if each.same]
    if same:
        yield f"the same: {', '.join(same)}"
    yield from (f"the catalogue has no job type {label}" for label in more)
    for each in found:
        if not each.same:
            yield f"{each.name} differs:"
            yield from (f"  {line}" for line in _differences(each))


def _differences(each: Compared) -> Iterator[str]:
    for key, default in each.unknown.items():
        yield f"`{key}` is not in the catalogue (default {default or 'empty'})"
    for key in each.missing:
        yield f"`{key}` is in the catalogue only"
    for key, theirs, ours in each.defaults:
        yield f"`{key}` is {theirs or 'empty'} by default, in the catalogue {ours or 'empty'}"
    for job in each.jobs[:SHOWN]:
        yield from _job(job)
    if len(each.jobs) > SHOWN:
        yield f"and {len(each.jobs) - SHOWN} more of {each.asked} jobs"


def _job(job: Disagreement) -> Iterator[str]:
    options = ", ".join(f"{key}: {job.question.options[key]}" for key in job.question.changed)
    yield f"with {options or 'what it needs'}"
    yield f"  program    {_made(job.program)}"
    yield f"  catalogue  {_made(job.catalogue)}"


def _made(made: Made) -> str:
    if made.commands is None:
        return f"refuses: {made.why.splitlines()[-1] if made.why else 'without a word'}"
    return "; ".join(made.commands)
