"""Lists of hosts, as `--nodelist` takes them and `scontrol show hostnames` expands them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.slurm.syntax import SlurmSyntaxError, is_name, is_number, outside_brackets

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_HOSTS = 65536
"""The most hosts one list may name; Slurm's own limit for one range."""


def parse_hostlist(text: str) -> list[str]:
    """Return the hosts of `node[0001-0008,0012],big1`, in the order written, repetitions kept."""
    hosts: list[str] = []
    for part in outside_brackets(text, "[", "]"):
        if part.strip():
            hosts += _expand_host(part.strip(), text)
        if len(hosts) > MAX_HOSTS:
            raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
    return hosts


def _expand_host(part: str, text: str) -> list[str]:
    """Expand every bracket of one comma-free part, the last one varying fastest."""
    hosts = [""]
    rest = part
    while "[" in rest:
        prefix, _, rest = rest.partition("[")
        inside, _, rest = rest.partition("]")
        numbers = [number for item in inside.split(",") for number in _expand_range(item, text)]
        if len(hosts) * len(numbers) > MAX_HOSTS:
            raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
        hosts = [f"{host}{prefix}{number}" for host in hosts for number in numbers]
    if (rest and part != rest) or not is_name(part.translate(_NO_BRACKETS)):
        raise SlurmSyntaxError(
            f"`{part}` is not a list of hosts", "write as node[0001-0008,0012]; nothing may follow a bracket"
        )
    return [host + rest for host in hosts]


_NO_BRACKETS = str.maketrans("[],", "---")


def _expand_range(item: str, text: str) -> Iterable[str]:
    """Return the numbers of `0001-0008`, zero-filled to the width of the first."""
    low, dash, high = item.partition("-")
    high = high if dash else low
    if not (is_number(low) and is_number(high)) or int(low) > int(high):
        raise SlurmSyntaxError(
            f"`{item}` in `{text}` is not a range", "write as 0001-0008, the smaller number first"
        )
    if int(high) - int(low) >= MAX_HOSTS:
        raise SlurmSyntaxError(f"`{text}` names more than {MAX_HOSTS} hosts", "name fewer hosts")
    return (str(number).zfill(len(low)) for number in range(int(low), int(high) + 1))
