"""Specs that differ: job types, versions, clusters, options and resources are drawn, the same for the same seed.

Usage: python bench/varied.py FOLDER COUNT [SEED [REFUSED]]. Writes as many that can be built as COUNT into FOLDER/fine,
and of those that are refused on the way as many (or REFUSED, and ends with these) into FOLDER/refused.
Or: python bench/varied.py --jobs COUNT [SEED]. Prints one spec with so many jobs that can be built.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from relionc import catalog, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog import JobType, Option

TYPES = {
    "class3d": 18, "refine3d": 18, "class2d": 14, "motioncorr": 10, "ctffind": 8, "extract": 8, "autopick": 5,
    "initialmodel": 6, "polish": 3, "ctfrefine": 3, "multibody": 2, "postprocess": 3, "maskcreate": 2, "localres": 2,
    "select": 2, "import": 2, "subtract": 1, "joinstar": 1,
}  # fmt: skip
CLUSTERS = {"biowulf": 60, "biowulf-2018": 25, "lab": 5, "local": 10}
VERSIONS = {"2.1": 5, "3.0": 10, "3.1": 35, "4.0": 30, "5.0": 20}
OF_PLAN = {
    "ranks", "threads", "use_gpu", "gpu_ids", "queue", "scratch_dir", "preread", "scratch", "continue_from",
    "extra_args", "particles",
}  # fmt: skip
OF_PARTICLES = {
    "class3d",
    "refine3d",
    "class2d",
    "initialmodel",
    "polish",
    "multibody",
    "extract",
    "ctfrefine",
}
OF_ONE_MAP = {"maskcreate", "postprocess"}  # which ends at once without it
OF_MICROGRAPHS = {"motioncorr", "ctffind", "autopick"}
BOXES = [128, 160, 192, 200, 256, 288, 320, 360, 384, 432, 512]


def specs(seed: int) -> Iterator[str]:
    """Yield specs without end."""
    draw, number = Random(seed), 0
    while True:
        version = draw.choices(list(VERSIONS), list(VERSIONS.values()))[0]
        name = draw.choices(list(TYPES), list(TYPES.values()))[0]
        if name in catalog.types(version):
            yield _spec(draw, number, catalog.load(name, version))
            number += 1


def _spec(draw: Random, number: int, job_type: JobType) -> str:
    cluster = draw.choices(list(CLUSTERS), list(CLUSTERS.values()))[0]
    star = f"{draw.choice(['Select', 'Extract', 'Polish', 'CtfRefine'])}/job{draw.randint(1, 300):03d}/particles.star"
    by_name = draw.random() < 0.4
    kinds = sorted(
        {each.gpu_type for each in site.builtin(cluster).node_types.values() if each.gpus and each.gpu_type}
    )
    use_gpu = job_type.option_of_role("use_gpu")
    gpu = use_gpu is not None and bool(kinds) and draw.random() < 0.7
    options = list(_options(draw, job_type, "${{ vars.star }}" if by_name else star))
    if use_gpu is not None and not gpu:
        options.append(f"{use_gpu.key}: no")
    lines = [
        f"# {draw.choice(['first look', 'after polishing', 'for the paper', 'subset', 'all particles'])} {number}",
        "relionc: 1",
        f"cluster: {cluster}",
        f'relion: "{job_type.version}"',
        *(("vars:", f"  star: {star}") if by_name else ()),
        "jobs:",
        f"  {job_type.name}_{draw.choice(['ribo', 'apo', 'tmem', 'spike', 'cap', 'run', 'test'])}_{number}:",
        f"    type: {job_type.name}",
        *(("    options:", *(f"      {each}" for each in options)) if options else ("    options: {}",)),
        *((f"    extra_args: --random_seed {draw.randint(0, 99)}",) if draw.random() < 0.3 else ()),
        *_data(draw, job_type.name),
        *_resources(draw, kinds if gpu else [], queued=cluster != "local"),
    ]
    if cluster != "local" and draw.random() < 0.15:
        lines.append("    slurm: {mail-type: END}")
    if draw.random() < 0.1:
        lines.append(f"    layout: {draw.choice(['homogeneous', 'heterogeneous', 'homogeneous+1'])}")
    return "\n".join(lines) + "\n"


def _options(draw: Random, job_type: JobType, star: str) -> Iterator[str]:
    for option in job_type.options.values():
        if option.kind == "node" and option.role == "particles":
            yield f"{option.key}: {star}"
        elif option.kind == "node" and (job_type.name in OF_ONE_MAP or draw.random() < 0.5):
            yield f"{option.key}: in_{draw.randint(1, 99)}.{draw.choice(['mrc', 'star'])}"
        elif option.role not in OF_PLAN and draw.random() < 0.35:
            value = _value(draw, option)
            if value is not None:
                yield f"{option.key}: {value}"


def _value(draw: Random, option: Option) -> str | None:
    if option.kind == "bool":
        return draw.choice(["yes", "no"])
    if option.kind == "list":
        return f'"{draw.choice(list(option.choices))}"'
    if option.kind != "number":
        return None
    try:
        usual = float(option.default)
    except ValueError:
        return None
    least = usual * 0.5 if option.minimum is None else max(option.minimum, min(usual, 1))
    most = option.maximum if option.maximum is not None else usual * 2
    if usual:
        most = min(most, 4 * abs(usual))
    value = draw.uniform(min(least, most), max(least, most))
    return str(int(value)) if usual.is_integer() else f"{value:.3f}"


def _data(draw: Random, name: str) -> Iterator[str]:
    if name in OF_PARTICLES and draw.random() < 0.9:
        yield f"    data: {{particles: {draw.randint(5_000, 900_999)}, box: {draw.choice(BOXES)}}}"
    elif name in OF_MICROGRAPHS:
        size = ", micrograph_width: 3838, micrograph_height: 3710" if name == "motioncorr" else ""
        frames = f", frames: {draw.randint(20, 60)}" if size else ""
        yield f"    data: {{micrographs: {draw.randint(50, 6000)}{frames}{size}}}"


def _resources(draw: Random, gpu_kinds: list[str], *, queued: bool) -> Iterator[str]:
    asked: dict[str, object] = {}
    if gpu_kinds:
        asked |= _gpus(draw, draw.choice(gpu_kinds))
    elif draw.random() < 0.6:
        usual = draw.random() < 0.8
        asked["ntasks"] = draw.choice([1, 3, 5, 9, 17, 33, 65, 129]) if usual else draw.randint(2, 60)
    elif draw.random() < 0.3:
        asked["nodes"] = draw.choice([1, 2, 4, 8])
    if draw.random() < 0.4:
        asked["cpus_per_task"] = draw.choice([1, 2, 4, 6, 8])
    if queued and draw.random() < 0.25:
        asked["mem_per_cpu"] = f"{draw.choice([2, 3, 4, 6, 8])}G"
    if queued and draw.random() < 0.3:
        asked["scratch"] = f"{draw.choice([50, 100, 200, 400])}G"
    if queued and draw.random() < 0.7:
        asked["time"] = draw.choice(["4:00:00", "12:00:00", "1-00:00:00", "2-00:00:00", "5-00:00:00"])
    if asked:
        yield "    resources:"
        yield from (f"      {key}: {value}" for key, value in asked.items())


def _gpus(draw: Random, kind: str) -> dict[str, object]:
    way = draw.random()
    if way < 0.35:
        per_node = draw.choice([1, 2, 4, 4])
        return {
            "gpus": f"{{type: {kind}, per_node: {per_node}}}",
            "nodes": draw.choice([1, 1, 2, 2, 3, 4, 6]),
        }
    if way < 0.6:
        return {"gpus": draw.choice([1, 2, 4, 8, 12, 16])}
    if way < 0.85:
        return {"gpus": kind, "nodes": draw.choice([1, 2, 4])}
    return {"nodes": draw.choice([1, 2, 4])} if way < 0.95 else {}


def write(folder: Path, count: int, seed: int = 7, refused: int | None = None) -> None:
    """Write specs that can be built, and specs that are refused, into two folders; until there are enough of one."""
    most = {"fine": count, "refused": count if refused is None else refused}
    written = dict.fromkeys(most, 0)
    for name in written:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(specs(seed)):
        kind = "fine" if _is_fine(text) else "refused"
        if written[kind] < most[kind]:
            (folder / kind / f"{number:05d}.yaml").write_text(text, "utf-8")
            written[kind] += 1
        if written["fine"] == count or (refused is not None and written["refused"] == refused):
            return


def one_spec(count: int, seed: int = 7) -> str:
    """Return one spec with so many different jobs, all of one version and for one cluster."""
    head = 'relionc: 1\ncluster: biowulf\nrelion: "3.1"\njobs:\n'
    jobs: list[str] = []
    for text in specs(seed):
        above, _, job = text.partition("jobs:\n")
        if 'cluster: biowulf\nrelion: "3.1"' not in above:
            continue
        star = above.partition("  star: ")[2].strip()
        job = job.replace("${{ vars.star }}", star)
        if _is_fine(head + job):
            jobs.append(job)
        if len(jobs) == count:
            return head + "".join(jobs)
    raise AssertionError("specs have an end")


def _is_fine(text: str) -> bool:
    from relionc.cli import files
    from relionc.pipeline import Disk, Request, compile_spec
    from relionc.pipeline.stages import LAST_TO_FIND

    request = Request(path="spec.yaml", data=text.encode())
    return compile_spec(request, Disk(files.read, files.file_facts), LAST_TO_FIND).ok


if __name__ == "__main__":
    where, *numbers = sys.argv[1:]
    if where == "--jobs":
        print(one_spec(*map(int, numbers)), end="")
    else:
        write(Path(where), *map(int, numbers))
