"""Lists of hosts, as `--nodelist` takes them and `scontrol show hostnames` expands them."""

from __future__ import annotations

from itertools import product
from math import prod

from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError, is_name, is_number, outside_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HOSTS = 65536
"""The most hosts one list may name; Slurm's own limit for one range."""


def parse_hostlist(text: str) -> list[str]:
    """Return the hosts of `node[0001-0008,0012],big1`, in the order written, repetitions kept."""
    return [host for part in _parts(text) for host in part.hosts()]


def count_hosts(text: str) -> int:
    """Return how many hosts `parse_hostlist` would return, which takes time for each; raises what it raises."""
    return sum(part.size for part in _parts(text))


class _Range(NamedTuple):
    """The numbers from one to another, filled with zeros to a width."""

    low: int
    high: int
    width: int

    @property
    def size(self) -> int:
        return self.high - self.low + 1

    def numbers(self) -> Iterator[str]:
        return (str(number).zfill(self.width) for number in range(self.low, self.high + 1))


class _Part(NamedTuple):
    """A part without commas: what stands before each bracket with the ranges in it; then what follows the last."""

    brackets: tuple[tuple[str, tuple[_Range, ...]], ...]
    rest: str

    @property
    def size(self) -> int:
        return prod(sum(each.size for each in ranges) for _, ranges in self.brackets)

    def hosts(self) -> Iterator[str]:
        """Yield every host, the last bracket varying fastest."""
        choices = [
            [prefix + number for each in ranges for number in each.numbers()]
            for prefix, ranges in self.brackets
        ]
        return ("".join(words) + self.rest for words in product(*choices))


def _parts(text: str) -> list[_Part]:
    parts: list[_Part] = []
    left = MAX_HOSTS
    for written in outside_brackets(text, "[", "]"):
        if written.strip():
            parts.append(_part(written.strip(), text))
            left -= parts[-1].size
        if left < 0:
            raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
    return parts


def _part(written: str, text: str) -> _Part:
    brackets = []
    rest = written
    while "[" in rest:
        prefix, _, rest = rest.partition("[")
        inside, _, rest = rest.partition("]")
        brackets.append((prefix, tuple(_range(item, text) for item in inside.split(","))))
    if (rest and brackets) or not is_name(written.translate(_NO_BRACKETS)):
        raise SlurmSyntaxError(
            f"`{written}` is not a list of hosts",
            "write as node[0001-0008,0012]; nothing may follow a bracket",
        )
    return _Part(tuple(brackets), rest)


_NO_BRACKETS = str.maketrans("[],", "---")


def _range(item: str, text: str) -> _Range:
    """Return the numbers of `0001-0008`, zero-filled to the width of the first."""
    low, dash, high = item.partition("-")
    high = high if dash else low
    if not (is_number(low) and is_number(high)) or int(low) > int(high):
        raise SlurmSyntaxError(
            f"`{item}` in `{text}` is not a range", "write as 0001-0008, the smaller number first"
        )
    return _Range(int(low), int(high), len(low))
