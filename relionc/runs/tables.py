"""What Slurm says and how runs end, as records: `relionc/slurm/words.yaml`, `relionc/runtime/signatures.yaml`."""

from __future__ import annotations

import os
import re
from functools import cache

from relionc import resources
from relionc.record import NamedTuple
from relionc.source import load
from relionc.source.values import as_mapping, as_texts, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.source.values import Plain

WAITING, RUNNING, WELL, BADLY, UNKNOWN = "waiting", "running", "well", "badly", "unknown"
"""Kinds of states; a job of the last three has ended, as far as anybody knows."""


class PinChange(NamedTuple):
    """How a pin is changed after a failure: the first of `keys` that the spec has, `times` its value or one `fewer`."""

    keys: tuple[str, ...]
    times: float = 1.0
    fewer: bool = False


class Cause(NamedTuple):
    """What a state, a reason or a signature means, and what helps; `code` is a diagnostic that says more."""

    means: str
    cure: str = ""
    code: str = ""
    change: PinChange | None = None


class StateWord(NamedTuple):
    """A state of Slurm's."""

    kind: str
    cause: Cause


class WaitReason(NamedTuple):
    """Why a job waits; `held`: for somebody who releases or changes it."""

    means: str
    held: bool = False


class SbatchRefusal(NamedTuple):
    """Why sbatch refuses: `key` is the pin that it is about; `unreachable`: Slurm was not asked at all."""

    pattern: re.Pattern[str]
    means: str
    key: str = ""
    unreachable: bool = False


class Ended(NamedTuple):
    """How a log says that Slurm ended a job: the line, and by its last group the state that it means."""

    line: re.Pattern[str]
    causes: tuple[tuple[re.Pattern[str], str], ...]


class Words(NamedTuple):
    """What Slurm says."""

    states: Mapping[str, StateWord]
    reasons: Mapping[str, WaitReason]
    refusals: tuple[SbatchRefusal, ...]
    ended: Ended
    test: re.Pattern[str]


class Signature(NamedTuple):
    """What a log says of an ending; see the head of the file for each field."""

    id: str
    where: tuple[str, ...]
    pattern: re.Pattern[str]
    cause: Cause
    seen: tuple[str, ...]
    times: int = 1
    next: bool = False
    still: bool = False
    warns: bool = False
    anew: bool = False


class Ending(NamedTuple):
    """What helps after an ending that the script has noted; `looked_up`: a log may tell more; `passes`: it goes on."""

    cure: str = ""
    code: str = ""
    change: PinChange | None = None
    looked_up: bool = False
    passes: bool = False


class Marks(NamedTuple):
    """What RELION writes while it works: lines of run.out, names of files."""

    iteration: re.Pattern[str]
    resolution: re.Pattern[str]
    converged: re.Pattern[str]
    bar: re.Pattern[str]
    files: re.Pattern[str]
    units: Mapping[str, int]
    well: str
    badly: tuple[str, ...]
    asked_by: str  # the word of a command by which RELION writes them


@cache
def words() -> Words:
    """Return what Slurm says."""
    data = document("slurm", "words.yaml")
    ended = as_mapping(data["ended"])
    return Words(
        states={name: _state(as_mapping(row)) for name, row in as_mapping(data["states"]).items()},
        reasons={name: _reason(as_mapping(row)) for name, row in as_mapping(data["reasons"]).items()},
        refusals=tuple(_refusal(row) for row in _rows(data["refusals"])),
        ended=Ended(
            _pattern(ended["line"]),
            tuple((_pattern(row["re"]), text_of(row["state"])) for row in _rows(ended["causes"])),
        ),
        test=_pattern(data["test"]),
    )


@cache
def signatures() -> tuple[Signature, ...]:
    """Return how runs of RELION end, in the order in which they count."""
    rows = _rows(document("runtime", "signatures.yaml")["signatures"])
    return tuple(
        Signature(
            id=text_of(row["id"]),
            where=tuple(as_texts(row["where"])),
            pattern=_pattern(row["re"]),
            cause=_cause(row),
            seen=tuple(as_texts(row["seen"]) or [text_of(row["seen"])]),
            times=int(text_of(row.get("times", 1))),
            next="next" in row,
            still="still" in row,
            warns="warns" in row,
            anew="anew" in row,
        )
        for row in rows
    )


@cache
def endings() -> Mapping[str, Ending]:
    """Return what helps after each ending that a script can note, by its name."""
    rows = as_mapping(document("runtime", "signatures.yaml")["endings"])
    return {name: _ending(as_mapping(row)) for name, row in rows.items()}


@cache
def marks() -> Marks:
    """Return what RELION writes while it works."""
    data = as_mapping(document("runtime", "signatures.yaml")["progress"])
    markers = as_mapping(data["markers"])
    return Marks(
        iteration=_pattern(data["iteration"]),
        resolution=_pattern(data["resolution"]),
        converged=_pattern(data["converged"]),
        bar=_pattern(data["bar"]),
        files=_pattern(data["files"]),
        units={name: int(text_of(value)) for name, value in as_mapping(data["units"]).items()},
        well=text_of(markers["well"]),
        badly=tuple(as_texts(markers["badly"])),
        asked_by=text_of(markers["asked_by"]),
    )


def document(room: str, name: str) -> dict[str, Plain]:
    """Return the mapping of a data file of a room."""
    path = os.path.join(resources.package(), room, name)
    with open(path, "rb") as stream:
        loaded = load(stream.read(), name)
    assert loaded.tree is not None, loaded.diagnostics  # noqa: S101 - a file of our own, which tests read
    return as_mapping(loaded.tree.value)


def _rows(value: Plain) -> list[dict[str, Plain]]:
    return [as_mapping(row) for row in value] if isinstance(value, list) else []


def _pattern(value: Plain) -> re.Pattern[str]:
    return re.compile(text_of(value))


def _state(row: dict[str, Plain]) -> StateWord:
    return StateWord(text_of(row["kind"]), _cause(row))


def _reason(row: dict[str, Plain]) -> WaitReason:
    return WaitReason(text_of(row["means"]), "held" in row)


def _refusal(row: dict[str, Plain]) -> SbatchRefusal:
    return SbatchRefusal(
        _pattern(row["re"]), text_of(row["means"]), text_of(row.get("key")), "unreachable" in row
    )


def _ending(row: dict[str, Plain]) -> Ending:
    cure, code = text_of(row.get("cure")), text_of(row.get("code"))
    return Ending(cure, code, _change(row), looked_up="looked_up" in row, passes="passes" in row)


def _change(row: dict[str, Plain]) -> PinChange | None:
    change = as_mapping(row.get("change"))
    if not change:
        return None
    keys, times = tuple(as_texts(change["keys"])), float(text_of(change.get("times", 1)))
    return PinChange(keys, times, "fewer" in change)


def _cause(row: dict[str, Plain]) -> Cause:
    cure, code = text_of(row.get("cure")), text_of(row.get("code"))
    return Cause(text_of(row["means"]), cure, code, _change(row))
