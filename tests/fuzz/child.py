"""One process of the fuzz: makes inputs of a range of numbers, and says what came of them, as lines of JSON.

Called with the kind, the first number, the number of inputs, and a folder for those that fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from mutations import structural, textual

from relionc.diag import render
from relionc.pipeline import Disk, QueueTemplate, Request, compile_spec, load_profile
from relionc.pipeline.jobfile import answer
from relionc.source import load as load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
MOST_SECONDS, MOST_MB = 2.0, 300
IDLE_START = 0.010
"""CPU seconds of `python -c pass` on an idle core of the machine for which the two seconds are promised."""
LOOKED_AT = 200
"""Inputs after which it is measured again how slow other work makes the machine."""
SPEC = b"""relionc: 1
cluster: lab
relion: "3.1"
vars: {n: 3, star: p.star}
defaults: {resources: {time: "1-0"}, slurm: {mail-type: END}}
jobs:
  a:
    type: class3d
    options: {fn_img: "${{ vars.star }}", fn_ref: r.mrc, nr_classes: "${{ vars.n + 1 }}", particle_diameter: 300}
    data: {particles: 10000, box: 200}
    resources: {gpus: 2, nodes: 1, cpus_per_task: 2, time: 12:00:00}
    extra_args: --random_seed 0
  b:
    type: refine3d
    after: [a]
    options: {fn_img: "${{ jobs.a.outputs.data }}", fn_ref: r.mrc, gpu_ids: "0:1", nr_mpi: 3}
    resources: {mem_per_cpu: 3G, scratch: 20G, partition: gpu, constraint: "p100|k80"}
    layout: auto
"""


class TooLong(Exception):  # noqa: N818 - raised by a timer
    """An input took more CPU time than any may take."""


def corpus(kind: str) -> list[bytes]:
    """Return the good inputs that others are made of."""
    folders = {
        "spec": ("specs", "tests/cases/ok", "tests/cases/err"),
        "profile": ("relionc/site/data",),
        "jobfile": ("tests/data/golden", "tests/data", "tests/cases/built"),
        "template": ("templates", "tests/queue", "tests/cases"),
    }[kind]
    endings = {
        "spec": (".yaml",),
        "profile": (".yaml",),
        "jobfile": (".star", ".job"),
        "template": (".j2", ".csh", ".bash", ".sh"),
    }[kind]
    paths = {p for folder in folders for p in (ROOT / folder).rglob("*") if p.name.endswith(endings)}
    found = [path.read_bytes() for path in sorted(paths) if path.is_file() and path.stat().st_size < 30_000]
    return [*found, SPEC] if kind == "spec" else found


def made(kind: str, number: int, seeds: list[bytes], parsed: dict[int, Any]) -> bytes:
    """Return the input of a number: the same in every process."""
    draw = Random(f"{kind} {number}")
    index = draw.randrange(len(seeds))
    if kind in ("spec", "profile") and draw.random() < 0.6:
        if index not in parsed:
            tree = load_yaml(seeds[index], "seed").tree
            parsed[index] = json.loads(json.dumps(tree.value)) if tree else None
        return structural(draw, parsed[index])
    return textual(draw, seeds[index])


def _no_facts(_path: str, _project: str) -> None:
    return None


def said_of_spec(data: bytes, template: QueueTemplate | None = None) -> str:
    """Return all that is said of a spec, and all that is built."""
    disk = Disk(_refuse, _no_facts)
    found = compile_spec(Request("fuzz.yaml", data, template=template), disk)
    return "".join(
        [
            render.text(found.diagnostics, found.sources, color=False),
            render.json_lines(found.diagnostics),
            render.github(found.diagnostics),
            repr(sorted((found.files or {}).items())),
        ]
    )


def _refuse(path: str) -> bytes:
    raise FileNotFoundError(2, "No such file or directory", path)


def said_of_profile(data: bytes) -> str:
    """Return what is said of a profile, and of a spec that uses it."""
    disk = Disk(lambda _: data, _no_facts)
    found = load_profile("./profile.yaml", disk)
    spec = SPEC.replace(b"cluster: lab", b"cluster: ./profile.yaml")
    other = compile_spec(Request("fuzz.yaml", spec), disk)
    texts = [render.text(each.diagnostics, each.sources, color=False) for each in (found, other)]
    return "".join([*texts, repr(sorted((other.files or {}).items()))])


def said_of_job_file(data: bytes) -> str:
    """Return the commands that a job file gives in two versions, and what is said of it."""
    return repr([answer("fuzz", data, version, "job001") for version in ("3.1", "5.0")])


def said_of_template(data: bytes) -> str:
    """Return what a spec becomes by a template, of RELION's kind and of jinja2."""
    return "".join(said_of_spec(SPEC, QueueTemplate(name, data, {})) for name in ("t.sh", "t.j2"))


SAID: dict[str, Callable[[bytes], str]] = {
    "spec": said_of_spec,
    "profile": said_of_profile,
    "jobfile": said_of_job_file,
    "template": said_of_template,
}


def _stop(*_: object) -> None:
    raise TooLong


def seconds_now() -> float:
    """Return what two seconds of an idle machine are on this one now, as a bare start of Python tells."""
    starts = []
    for _ in range(5):
        pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], os.environ)
        used = os.wait4(pid, 0)[2]
        starts.append(used.ru_utime + used.ru_stime)
    return MOST_SECONDS * max(1, min(starts) / IDLE_START)


def tried(kind: str, data: bytes, seconds: float) -> tuple[str, str]:
    """Return the digest of what was said of an input, and what went wrong with it."""
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MB << 20, resource.RLIM_INFINITY))
    try:
        said = SAID[kind](data)
    except TooLong:
        return "", f"more than {MOST_SECONDS} s, which are {seconds:.1f} s now"
    except MemoryError:
        return "", f"more than {MOST_MB} MB"
    except Exception as error:  # noqa: BLE001 - what is looked for
        return "", f"{type(error).__name__}: {error}"[:300]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest(), ""


def main(kind: str, first: int, count: int, folder: str) -> None:
    """Try inputs; print a digest of all that was said, and the failures."""
    signal.signal(signal.SIGVTALRM, _stop)
    seeds, parsed = corpus(kind), dict[int, Any]()
    whole, failed, seconds = hashlib.sha256(), [], MOST_SECONDS
    for number in range(first, first + count):
        if (number - first) % LOOKED_AT == 0:
            seconds = seconds_now()
        data = made(kind, number, seeds, parsed)
        digest, wrong = tried(kind, data, seconds)
        whole.update(digest.encode())
        if wrong:
            place = Path(folder, f"{kind}-{number}")
            place.write_bytes(data)
            failed.append(f"{place.name}: {wrong}")
    sys.stdout.write(json.dumps({"digest": whole.hexdigest(), "failed": failed}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
