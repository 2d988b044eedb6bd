"""The values of sbatch options, read by the form that the table has for each, and compared as Slurm takes them."""

from __future__ import annotations

import re

from relionc.slurm.gres import parse_gres
from relionc.slurm.options import COUNT, GPUS, GRES, NODES, OPTIONS, SIZE, TIME
from relionc.slurm.sizes import parse_size
from relionc.slurm.syntax import SlurmSyntaxError, is_number
from relionc.slurm.times import parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

_NODES = re.compile(r"[0-9]{1,9}[kKmM]?(-[0-9]{1,9}[kKmM]?(:[0-9]{1,9})?)?(,[0-9-]{1,20})*")
_MOST = 200  # characters of a value that is no text


def read(name: str, text: str) -> Hashable:
    """Return what a value means; two that mean the same are equal. Raises SlurmSyntaxError for what sbatch refuses."""
    option = OPTIONS.get(name)
    reader = _READERS.get(option.form) if option else None
    if reader is None:
        return text
    if len(text) > _MOST:
        raise SlurmSyntaxError(
            f"`{text[:20]}…` is no value of `--{name}`", "no value of this kind is so long"
        )
    return reader(text)


def is_refused(name: str, text: str) -> bool:
    """Tell whether sbatch does not take a value for an option."""
    try:
        read(name, text)
    except SlurmSyntaxError:
        return True
    return False


def is_same(name: str, one: str, other: str) -> bool:
    """Tell whether two values of an option mean the same; what nobody can read is only like itself."""
    try:
        return one == other or read(name, one) == read(name, other)
    except SlurmSyntaxError:
        return False


def _count(text: str) -> int:
    if not is_number(text) or int(text) == 0:
        raise SlurmSyntaxError(f"`{text}` is not a number of tasks or CPUs", "write a whole number")
    return int(text)


def _nodes(text: str) -> str:
    if _NODES.fullmatch(text) is None:
        raise SlurmSyntaxError(f"`{text}` is not a number of nodes", "write a whole number, or least-most")
    least, _, most = text.partition("-")
    return least if least == most else text


def _gpus(text: str) -> Hashable:
    """Return GPUs by their types; sbatch says no more than `gpu:` in front of each."""
    return _gres(",".join(f"gpu:{part}" for part in text.split(",")))


def _gres(text: str) -> Hashable:
    """Return generic resources without those of which none is wanted, in any order."""
    return frozenset((each.name, each.type, each.count) for each in parse_gres(text) if each.count)


_READERS: Mapping[str, Callable[[str], Hashable]] = {
    TIME: parse_time,
    SIZE: parse_size,
    COUNT: _count,
    NODES: _nodes,
    GRES: _gres,
    GPUS: _gpus,
}
