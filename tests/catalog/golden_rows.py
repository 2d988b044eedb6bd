"""What RELION's own job code made of given options, recorded once per release (`tests/data/golden`)."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relionc import catalog
from relionc.expr import refs
from relionc.ir import CommandLine, Glob, ShellRef, Word
from relionc.lower.commands import Made, make

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent.parent / "data" / "golden"
RELEASES = ("2.1", "3.1.3")
TYPES = {"0": "import", "1": "motioncorr", "2": "ctffind", "8": "class2d", "9": "class3d", "10": "refine3d"}
JOB_ID = "4242"  # what the shell made of SLURM_JOB_ID when the words were recorded

Row = dict[str, Any]


def rows(release: str, kind: str) -> Iterator[Row]:
    """Yield the recorded rows of a release: `golden` (chosen by hand) or `fuzz` (one option at a time, random)."""
    if kind == "golden":
        text = (DATA / f"{release}.jsonl").read_text("utf-8")
    else:
        text = gzip.decompress((DATA / f"{release}.fuzz.jsonl.gz").read_bytes()).decode("utf-8")
    yield from map(json.loads, text.splitlines())


def made_of(row: Row, release: str) -> Made:
    """Return what we make of a row's options; `$NAME` in them is a shell reference, as RELION leaves it one."""
    version = catalog.series(release)
    assert version
    options = {key: with_references(value) for key, value in row.get("options", row["set"]).items()}
    job_type = catalog.load(TYPES[str(row["job_type_id"])], version)
    return make(job_type, options, output=row["outputname"], is_continue=row["is_continue"])


def with_references(text: str) -> str:
    return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda found: refs.encode(found[1]), text)


def words_of(command: CommandLine) -> list[str]:
    """Return the words of a command as the recorder saw them: no wildcard matched a file there."""
    words = [_plain(word) for word in command.words]
    if command.stdout is None:
        return words
    return [*words, ">>" if command.append else ">", _plain(command.stdout)]


def _plain(word: Word) -> str:
    return "".join(
        JOB_ID if isinstance(part, ShellRef) else part.pattern if isinstance(part, Glob) else part
        for part in word
    )


def words_of_text(text: str) -> list[str]:
    """Return what a shell makes of RELION's text; the programs are those on the PATH."""
    return shlex.split(re.sub(r"`which (\S+)`", r"\1", text).replace("$SLURM_JOB_ID", JOB_ID))


def recorded_words(row: Row) -> list[list[str]]:
    """Return the recorded words of a row.

    The recorder ran each command with its program replaced; it had no replacement for `ls` and repeated the
    command before it, so those words are read from the text, as are all of the fuzz rows, which have none.
    """
    recorded: list[list[str]] = row.get("argv") or []
    return [
        words_of_text(text) if text.startswith("ls ") or not recorded else recorded[place]
        for place, text in enumerate(row["commands"])
    ]


def difference(row: Row, release: str) -> str:
    """Return in what we differ from a row, or nothing."""
    made = made_of(row, release)
    if not row["ok"]:
        return "" if made.refusals else f"RELION refuses: {row['error']}"
    if made.refusals:
        return f"refused: {made.refusals}"
    texts = [text.replace("${SLURM_JOB_ID}", "$SLURM_JOB_ID") for text in made.texts]
    if texts != row["commands"]:
        return f"text {texts} is not {row['commands']}"
    words = [words_of(command) for command in made.commands]
    if words != recorded_words(row):
        return f"words {words} are not {recorded_words(row)}"
    return _nodes_differ(made, row) if "input_nodes" in row else ""


def _nodes_differ(made: Made, row: Row) -> str:
    for name, ours in (("input_nodes", made.input_nodes), ("output_nodes", made.output_nodes)):
        if [list(node) for node in ours] != row[name]:
            return f"{name} {ours} are not {row[name]}"
    return ""
