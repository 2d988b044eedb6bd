"""Generic resources, as `--gres` takes them and `sinfo` shows them."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError, is_name, is_number, outside_brackets

_COUNT_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5}


class Gres(NamedTuple):
    """One generic resource of a node: `gpu:tesla:4` has a name, a type and a count."""

    name: str
    type: str = ""
    count: int = 1  # type: ignore[assignment]  # a record needs no tuple.count

    def __str__(self) -> str:
        return ":".join(part for part in (self.name, self.type, str(self.count)) if part)


def parse_gres(text: str) -> tuple[Gres, ...]:
    """Return the resources of a gres option or of sinfo's gres column; `none` and `(null)` give nothing."""
    if text.strip().lower() in ("", "none", "(null)"):
        return ()
    return tuple(_one_gres(part.strip(), text) for part in outside_brackets(text, "(", ")"))


def _one_gres(part: str, text: str) -> Gres:
    words = part.partition("(")[0].removeprefix("gres:").removeprefix("gres/").split(":")
    count = _gres_count(words[-1]) if len(words) > 1 else None
    if count is not None:
        words.pop()
    if not all(is_name(word) for word in words) or len(words) > 2:
        raise SlurmSyntaxError(
            f"`{part}` in `{text}` is not a generic resource", "write name:type:count, as gpu:tesla:4"
        )
    return Gres(words[0], words[1] if len(words) == 2 else "", 1 if count is None else count)


def _gres_count(word: str) -> int | None:
    """Return the number of a count (`4`, `2K`), None for a type name; the units multiply by 1024."""
    number, letter = word[:-1], word[-1:].upper()
    if is_number(word):
        return int(word)
    return int(number) * _COUNT_UNITS[letter] if is_number(number) and letter in _COUNT_UNITS else None
