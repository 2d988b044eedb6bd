"""Which devices each rank will use: RELION's own rank-to-device rules, simulated for an exact placement."""

from __future__ import annotations


def parse_ids(text: str) -> list[list[str]]:
    """Split a `--gpu` value: `:` separates ranks, `,` the threads of a rank; [] for "automatic".

    A text that does not begin with a digit is automatic in RELION, whatever follows.
    """
    if not ("0" <= text[:1] <= "9"):
        return []
    return [entry.split(",") for entry in text.split(":")]


def highest(ids: str) -> int:
    """Return the highest device number of a `--gpu` value, -1 where it names none."""
    listed = (device.strip() for entry in parse_ids(ids) for device in entry)
    return max((int(device) for device in listed if _is_number(device)), default=-1)


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
    return tuple(sorted({gpus * (first + i) // share for i in range(threads)}))


def rank_devices(ids: str, rank: int, gpus: int) -> tuple[int, ...]:
    """Return the devices of a rank of a one-rank-per-GPU program (MotionCor2, Gctf).

    Automatic is `rank % gpus` with the global rank (motioncorr_runner.cpp); a list has one entry per rank.
    """
    listed = parse_ids(ids)
    if listed:
        mine = listed[rank] if rank < len(listed) else []
        return tuple(sorted({int(device) for device in mine if _is_number(device.strip())}))
    return (rank % gpus,) if gpus else ()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
