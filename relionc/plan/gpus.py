"""Which devices each rank will use: RELION's own rank-to-device rules, simulated for an exact placement."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import repeat
from math import gcd

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


@lru_cache(maxsize=256)
def parse_ids(text: str) -> tuple[tuple[str, ...], ...]:
    """Split a `--gpu` value: `:` separates ranks, `,` the threads of a rank; () for "automatic".

    A text that does not begin with a digit is automatic in RELION, whatever follows.
    """
    if not ("0" <= text[:1] <= "9"):
        return ()
    return tuple(tuple(entry.split(",")) for entry in text.split(":"))


def highest(ids: str) -> int:
    """Return the highest device number of a `--gpu` value, -1 where it names none."""
    listed = (device.strip() for entry in parse_ids(ids) for device in entry)
    return max((int(device) for device in listed if _is_number(device)), default=-1)


def shares_gpus(ids: str) -> bool:
    """Return whether a list names a GPU for several ranks, or several for one."""
    entries = parse_ids(ids)
    devices = [device.strip() for entry in entries for device in entry]
    return len(devices) != len(entries) or len(set(devices)) != len(devices)


def worker_devices(ids: str, worker: int, workers_on_host: int, gpus: int, threads: int) -> tuple[int, ...]:
    """Return the devices that a worker of a refine-type program uses, ascending.

    `worker` counts from 0 over the whole job, `threads` are RELION's. Automatic mapping uses the *global*
    number of the worker, `gpus * ((worker % R) * threads + i) // (R * threads)` with R workers on its host
    (RELION 3.1.3, ml_optimiser_mpi.cpp, the same from 2.0 to 5.0); a list is taken modulo its length.
    """
    listed = parse_ids(ids)
    if listed:
        mine = listed[worker % len(listed)]
        return tuple(
            sorted({int(device) for device in mine[: max(threads, 1)] if _is_number(device.strip())})
        )
    share = workers_on_host * threads
    first = (worker % workers_on_host) * threads
    if share < gpus:
        return tuple(gpus * (first + i) // share for i in range(threads))
    # with a thread or more for each device, threads in a row have devices in a row
    return tuple(range(gpus * first // share, gpus * (first + threads - 1) // share + 1))


def rank_devices(ids: str, rank: int, gpus: int) -> tuple[int, ...]:
    """Return the devices of a rank of a one-rank-per-GPU program (MotionCor2, Gctf).

    Automatic is `rank % gpus` with the global rank (motioncorr_runner.cpp); a list has one entry per rank.
    """
    listed = parse_ids(ids)
    if listed:
        mine = listed[rank] if rank < len(listed) else ()
        return tuple(sorted({int(device) for device in mine if _is_number(device.strip())}))
    return (rank % gpus,) if gpus else ()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


class Use(NamedTuple):
    """How the workers of a node (or of several, added up) use its devices.

    `idle` devices without a worker; `most` workers on one device; `uneven` by how many workers the busiest device of a
    node is ahead of the least busy, `lopsided` by how many beyond what their number makes unavoidable; `straddling`
    workers with threads on more than one device.
    """

    idle: int
    most: int
    uneven: int
    lopsided: int
    straddling: int

    def and_then(self, other: Use, times: int = 1) -> Use:
        """Return the use of these nodes and of `times` nodes more, all alike."""
        if times < 1:
            return self
        return Use(
            self.idle + times * other.idle,
            max(self.most, other.most),
            self.uneven + times * other.uneven,
            self.lopsided + times * other.lopsided,
            self.straddling + times * other.straddling,
        )


NO_USE = Use(0, 0, 0, 0, 0)


def use_of(devices: Iterable[tuple[int, ...]], gpus: int, times: Iterable[int] = repeat(1)) -> Use:
    """Return how workers, all on one node, use its `gpus` devices: for each of `devices`, so many `times`."""
    listed = list(zip(devices, times, strict=False))
    counts: Counter[int] = Counter()
    for mine, workers in listed:
        for device in mine:
            counts[device] += workers
    here = [counts[device] for device in range(gpus)]
    busiest = max(counts.values(), default=0)
    uneven = busiest - min(here, default=0)
    return Use(
        idle=sum(count == 0 for count in here),
        most=busiest,
        uneven=uneven,
        lopsided=max(0, uneven - (sum(workers for _, workers in listed) % gpus > 0)) if gpus else 0,
        straddling=sum(workers for mine, workers in listed if len(mine) > 1),
    )


@lru_cache(maxsize=1 << 15)
def node_use(ids: str, first: int, workers: int, gpus: int, threads: int) -> Use:
    """Return the use of a node whose `workers` count from `first` over the whole job (refine-type programs)."""
    unlike = min(workers, len(parse_ids(ids)) or workers)  # beyond its end, a list begins again
    mine = (worker_devices(ids, first + i, workers, gpus, threads) for i in range(unlike))
    return use_of(mine, gpus, (-(-(workers - i) // unlike) for i in range(unlike)))


def job_use(ids: str, shares: tuple[int, int], nodes: int, gpus: int, threads: int) -> Use:
    """Return the use of all nodes: `shares` are the workers of the first node and of each other one.

    Without a list it depends on the workers of the node alone; with one of L entries, nodes repeat after
    L / gcd(L, workers) of them: a job of ten thousand nodes costs no more than one of a few.
    """
    first, each = shares
    use = node_use(ids, 0, first, gpus, threads)
    entries = len(parse_ids(ids))
    if nodes < 2:
        return use
    if not entries:
        return use.and_then(node_use(ids, 0, each, gpus, threads), nodes - 1)
    period = entries // gcd(entries, each) if each else 1
    rounds, rest = divmod(nodes - 1, period)
    for i in range(min(period, nodes - 1)):
        start = (first + i * each) % entries
        use = use.and_then(node_use(ids, start, each, gpus, threads), rounds + (i < rest))
    return use


def ranks_use(ids: str, shares: tuple[int, int], nodes: int, gpus: int) -> Use:
    """Return the use of all nodes by a one-rank-per-GPU program: `shares` are as for `job_use`.

    A list is not repeated: nodes whose ranks it does not cover are left out (the program stops there).
    """
    first, each = shares
    entries = len(parse_ids(ids))
    if not entries:
        one, other = (
            use_of((rank_devices(ids, rank, gpus) for rank in range(here)), gpus) for here in shares
        )
        return one.and_then(other, nodes - 1)
    use, here = NO_USE, range(first)
    for _ in range(nodes):
        if here.stop > entries:
            break
        use = use.and_then(use_of((rank_devices(ids, rank, gpus) for rank in here), gpus))
        here = range(here.stop, here.stop + each)
    return use
