"""Inputs of strangers who mean harm, each with what relionc has to say to it.

`python -m tests.safety.hostile` prints a table: exit status, CPU seconds, peak memory, first line of what was said.
Every input is handed to the real command in a process of its own, below limits of CPU time and address space.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CANARY = "canary"
SECRET = "pw$6$notToBeSeen"
MOST_MB = 300
"""Peak resident memory that any input may take, in MiB."""
MOST_CPU = 12
"""CPU seconds after which the kernel ends a run: the promise is 2, and a loaded machine must not turn a test red."""
GIB = 1 << 30

# Runs one command and reports what it took. It is small itself, so that its child's peak is the command's own.
_MEASURE = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_CPU}, {MOST_CPU}))
pid = os.fork()
if pid == 0:
    os.execv(sys.executable, [sys.executable, "-m", "relionc", *sys.argv[2:]])
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as out:
    print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, file=out)
"""


class Hostile(NamedTuple):
    """One input: `make` writes its files below a folder and returns the words of the call."""

    name: str
    make: Callable[[Path], Sequence[str]]
    status: int
    says: str = ""  # a pattern in what is printed
    never: str = SECRET  # what must not be printed


class Seen(NamedTuple):
    """What came of one run: exit status, CPU seconds, peak MiB, everything printed."""

    status: int
    cpu_s: float
    peak_mib: float
    said: str


def run(hostile: Hostile, folder: Path) -> Seen:
    """Write the input below `folder` and hand it to relionc there."""
    words = [os.fsencode(word) for word in hostile.make(folder)]
    report = folder.parent / f"{folder.name}.report"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURE, str(report), *words],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    status, cpu, peak = report.read_text().split() if report.exists() else (done.returncode, MOST_CPU, 0)
    return Seen(int(status), float(cpu), float(peak), done.stdout.decode(errors="replace"))


def spec(job: dict[str, Any] | None = None, **top: Any) -> str:
    """Return the text of a spec of one job `a` (JSON is YAML), its keys and those of the spec replaced."""
    whole = {"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": {"a": _job(job or {})}, **top}
    return json.dumps(whole, indent=0)


def _job(given: dict[str, Any]) -> dict[str, Any]:
    options = {"fn_img": "p.star", "fn_ref": "r.mrc", **given.pop("options", {})}
    return {"type": "class3d", "options": options, **given}


def job(command: str = "build", **given: Any) -> Callable[[Path], Sequence[str]]:
    """Return what writes a spec of one job and calls `command` on it."""

    def make(folder: Path) -> Sequence[str]:
        (folder / "spec.yaml").write_text(spec(dict(given)))
        return (command, "spec.yaml")

    return make


def option(**options: Any) -> Callable[[Path], Sequence[str]]:
    """Return what builds a job with these options."""
    return job(options=options)


def text(content: str, *call: str) -> Callable[[Path], Sequence[str]]:
    """Return what writes the whole text of a spec."""

    def make(folder: Path) -> Sequence[str]:
        (folder / "spec.yaml").write_text(content)
        return call or ("lint", "spec.yaml")

    return make


def cluster(path: str, prepare: Callable[[Path], object]) -> Callable[[Path], Sequence[str]]:
    """Return what lints a spec whose profile is the file that `prepare` plants."""

    def make(folder: Path) -> Sequence[str]:
        prepare(folder)
        (folder / "spec.yaml").write_text(spec(cluster=path))
        return ("lint", "spec.yaml")

    return make


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as stream:
        stream.truncate(size)


def _doubling(function: str) -> str:
    """Return a spec whose variables double forty times, twice, and are then asked about."""
    chains = {f"{name}0": "x" for name in "vw"}
    for step in range(1, 41):
        chains |= {
            f"{name}{step}": f"${{{{ [vars.{name}{step - 1}, vars.{name}{step - 1}] }}}}" for name in "vw"
        }
    return spec({"options": {"fn_mask": f"${{{{ {function} }}}}"}}, vars=chains)


def _tiff_of_loops(folder: Path) -> Sequence[str]:
    """Plant a TIFF file whose directories overlap each other, and a STAR file that names it."""
    count = 20_000
    body = bytearray(struct.pack("<2sHI", b"II", 42, 8))
    for step in range(count):
        body += struct.pack("<HI", 0xFFFF, 8 + 6 * (step + 1))
    (folder / "movie.tif").write_bytes(bytes(body) + b"\1" * (12 * 0xFFFF))
    rows = "\n".join(f"{number:06}@movie.tif" for number in range(1, 200))
    (folder / "p.star").write_text(f"data_\nloop_\n_rlnImageName #1\n{rows}\n")
    (folder / "spec.yaml").write_text(spec())
    return ("lint", "spec.yaml")


def _newlines(folder: Path) -> Sequence[str]:
    with (folder / "p.star").open("wb") as stream:
        for _ in range(128):
            stream.write(b"\n" * (1 << 20))
    (folder / "spec.yaml").write_text(spec())
    return ("lint", "spec.yaml")


def _toml(content: str) -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        (folder / "relionc.toml").write_text(content)
        return job("lint")(folder)

    return make


def _template(content: str, name: str = "t.sbatch.j2") -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        (folder / name).write_text(content)
        (folder / "spec.yaml").write_text(spec())
        return ("build", "spec.yaml", "--template", name)

    return make


def _named(name: str, command: str = "build") -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        Path(os.fsdecode(os.fsencode(str(folder)) + b"/" + os.fsencode(name))).write_text(spec())
        return (command, name)

    return make


def _in_the_way(plant: Callable[[Path], object]) -> Callable[[Path], Sequence[str]]:
    """Return what builds where something stands already that no build has made."""

    def make(folder: Path) -> Sequence[str]:
        (folder / "build").mkdir()
        plant(folder / "build")
        return job()(folder)

    return make


def _linked(build: Path) -> None:
    (build.parent / "victim").mkdir()
    (build / "spec").symlink_to("../victim")


def _foreign(build: Path) -> None:
    (build / "spec/a").mkdir(parents=True)
    (build / "spec/a/run.sbatch").write_text("precious\n")


def _large(build: Path) -> None:
    (build / "spec/a").mkdir(parents=True)
    _sparse(build / "spec/a/run.sbatch", 3 * GIB)


def _megabyte(build: Path, sign: str) -> None:
    (build / "spec/a").mkdir(parents=True)
    (build / "spec/a/run.sbatch").write_text(sign * (1 << 20))


def _pipe(build: Path) -> None:
    (build / "spec/a").mkdir(parents=True)
    os.mkfifo(build / "spec/a/run.sbatch")


def _jobs(count: int, one: dict[str, Any]) -> str:
    jobs = ",\n".join(f'"j{number}":{json.dumps(one)}' for number in range(count))
    return f'{{"relionc":1,"cluster":"lab","relion":"3.1","jobs":{{{jobs}}}}}'


def _untrusted(path: str, prepare: Callable[[Path], object]) -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        cluster(path, prepare)(folder)
        return ("lint", "--untrusted", "spec.yaml")

    return make


def _unknown_nodes(count: int) -> str:
    rows = (f"  p{number}: {{node_types: [a{number}, b{number}]}}\n" for number in range(count))
    return "partitions:\n" + "".join(rows)


def _long_modules(folder: Path) -> Sequence[str]:
    lines = "\n".join(f"  - {'x' * 900}" for _ in range(4000))
    (folder / "p.yaml").write_text(f'{_PROFILE}modules:\n "*":\n{lines}\n')
    (folder / "spec.yaml").write_text(_jobs(1000, _GOOD).replace('"lab"', '"./p.yaml"'))
    return ("build", "spec.yaml")


def _dotted(most: int) -> str:
    return ".".join("a" * most)


def _dotted_partitions(count: int) -> str:
    """Return partitions `a`, `a.a` and so on: a path of dots could be cut into their names in very many ways."""
    return "partitions:\n" + "".join(
        f"  {_dotted(n)}: {{node_types: [x2680]}}\n" for n in range(1, count + 1)
    )


def _dotted_sources(dots: int, count: int) -> str:
    return "sources:\n" + "".join(f"  partitions.{_dotted(dots + n)}.z: x\n" for n in range(count))


def _profile(more: str, jobs: int, *call: str) -> Callable[[Path], Sequence[str]]:
    """Return what hands a spec of many jobs a profile, or calls something else on these."""

    def make(folder: Path) -> Sequence[str]:
        (folder / "p.yaml").write_text(_PROFILE + more)
        (folder / "spec.yaml").write_text(_jobs(jobs, _GOOD).replace('"lab"', '"./p.yaml"'))
        return call or ("lint", "spec.yaml")

    return make


def _partitions(count: int, node_types: Callable[[int], str]) -> str:
    rows = (f"  p{number}: {{node_types: [{node_types(number)}]}}\n" for number in range(count))
    return "partitions:\n" + "".join(rows)


def _script_template(content: str, jobs: int, name: str = "t.j2") -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        (folder / name).write_text(content)
        (folder / "spec.yaml").write_text(_jobs(jobs, _GOOD))
        return ("build", "spec.yaml", "--template", name)

    return make


def _job_file(name: str, head: str, row: str, count: int, *call: str) -> Callable[[Path], Sequence[str]]:
    """Return what calls a command on a job file of many rows."""

    def make(folder: Path) -> Sequence[str]:
        (folder / name).write_text(head + "".join(row.format(number) for number in range(count)))
        return (call[0], name, *call[1:])

    return make


def _project(jobs: int, folder_of: str, rows: str) -> Callable[[Path], Sequence[str]]:
    """Return what imports a project of many jobs; the folder of each may be one and the same."""

    def make(folder: Path) -> Sequence[str]:
        listed = "".join(f"{folder_of.format(n)} None\n" for n in range(jobs))
        head = "data_pipeline_processes\nloop_\n_rlnPipeLineProcessName\n_rlnPipeLineProcessAlias\n"
        (folder / "default_pipeline.star").write_text(head + listed)
        (folder / "J/job001").mkdir(parents=True)
        (folder / "J/job001/job.star").write_text(_JOB_STAR + rows)
        return ("import", "default_pipeline.star")

    return make


def _named_of_project(names: str, listed: str) -> Callable[[Path], Sequence[str]]:
    """Return what lints a spec of 900 jobs that each name a job of a project, whose table has 9,000."""

    def make(folder: Path) -> Sequence[str]:
        _project(9_000, listed, "".join(f"o{n} v\n" for n in range(40_000)))(folder)
        table = folder / "default_pipeline.star"
        table.write_text(
            "".join(
                f"{line.replace('None', f'J/a{n}/')}\n"
                for n, line in enumerate(table.read_text().split("\n"))
            )
        )
        named = {}
        for n in range(900):
            reference = f'${{{{ jobs["{names.format(n)}"].outputs.data }}}}'
            named[f"j{n}"] = {**_GOOD, "options": {**_GOOD["options"], "fn_img": reference}}
        return text(json.dumps({"relionc": 1, "cluster": "lab", "relion": "5.0", "jobs": named}, indent=0))(
            folder
        )

    return make


def _scheme(jobs: int, edges: int) -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        names = "".join(f"j{n}\n" for n in range(jobs))
        ways = "".join(f"j{n} o0\no{n} o{n + 1}\n" for n in range(edges))
        text = "data_scheme_general\n_rlnSchemeName S/x/\n\n"
        text += f"data_scheme_jobs\nloop_\n_rlnSchemeJobNameOriginal\n{names}\n"
        text += "data_scheme_edges\nloop_\n_rlnSchemeEdgeInputNodeName\n_rlnSchemeEdgeOutputNodeName\n" + ways
        (folder / "scheme.star").write_text(text)
        return ("import", "scheme.star")

    return make


def _slurm_conf(content: str) -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        (folder / "slurm.conf").write_text(f"ClusterName=q\n{content}")
        return ("cluster", "import", "slurm.conf", "--no-input")

    return make


def _long_rows(length: int) -> Callable[[Path], Sequence[str]]:
    """Plant a sparse STAR file of 2.5 GB that has rows of so many zero bytes."""

    def make(folder: Path) -> Sequence[str]:
        with (folder / "p.star").open("wb") as stream:
            stream.write(b"data_\nloop_\n_rlnImageName\n_rlnMicrographName\n")
            while stream.tell() < 5 * GIB // 2:
                stream.seek(length, os.SEEK_CUR)
                stream.write(b"\n")
        (folder / "spec.yaml").write_text(spec())
        return ("lint", "spec.yaml")

    return make


def _wide_star(folder: Path) -> Sequence[str]:
    with (folder / "p.star").open("wb") as stream:
        stream.write(b"data_\nloop_\n")
        for _ in range(300):
            stream.write(b"_" + b"\xff" * (1 << 19) + b"\n")
    (folder / "spec.yaml").write_text(spec())
    return ("lint", "spec.yaml")


def _named_job(name: str) -> str:
    return json.dumps({"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": {name: _GOOD}})


_OPTICS = "data_optics\nloop_\n_rlnOpticsGroup\n_rlnImageSize\n_rlnImagePixelSize\n"
_PARTICLES = "\n\ndata_particles\nloop_\n_rlnImageName\n_rlnMicrographName\n_rlnOpticsGroup\n"


def _particles(*parts: str) -> Callable[[Path], Sequence[str]]:
    """Plant a STAR file of these parts; a number that stands alone is so many zero bytes, which no disk has to hold."""

    def make(folder: Path) -> Sequence[str]:
        with (folder / "p.star").open("wb") as stream:
            for part in parts:
                if part.isdecimal():
                    stream.seek(int(part), os.SEEK_CUR)
                else:
                    stream.write(part.encode())
        (folder / "spec.yaml").write_text(spec())
        return ("lint", "spec.yaml")

    return make


def _stars(jobs: int, content: str) -> Callable[[Path], Sequence[str]]:
    """Plant a STAR file of particles for each of many jobs."""

    def make(folder: Path) -> Sequence[str]:
        for n in range(jobs):
            (folder / f"p{n}.star").write_text(content)
        _each_its_own(jobs, "p{}.star")(folder)
        return ("lint", "spec.yaml")

    return make


def _each_its_own(jobs: int, path: str) -> Callable[[Path], Sequence[str]]:
    """Return what lints a spec of jobs that each name a file of their own."""
    named = {
        f"j{n}": {**_GOOD, "options": {**_GOOD["options"], "fn_img": path.format(n)}} for n in range(jobs)
    }
    return text(json.dumps({"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": named}, indent=0))


def _all_at_once(jobs: int, fill: int) -> Callable[[Path], Sequence[str]]:
    """Return what lints a spec that comes near all bounds: bytes, expressions, names, arguments, data, layouts."""

    def make(folder: Path) -> Sequence[str]:
        rows = "".join(f"{n} {n} 1.{n}\n" for n in range(9_000))
        for n in range(300):
            (folder / f"p{n}.star").write_text(f"{_OPTICS}{rows}{_PARTICLES}1@x.mrcs m 1\n")
        named = {}
        for n in range(jobs):
            options = {**_GOOD["options"], "fn_img": f"p{n % 300}.star"}
            options["nr_classes"] = f"${{{{ ({n} % 5) + {' + '.join('1' * 8)} - 7 }}}}"
            options[f"nr_clases_of_{n}{'abc' * 15}"] = 1
            args = "--ini_high 60 --ctf --zero_mask" if n % 3 else f"--x{n} 1"
            named[f"j{n}"] = {
                "type": "class3d", "options": options, "extra_args": args,
                "resources": {"mem": f"{n + 60_000}M", "ntasks": n % 30 + 2, "nodes": n % 9 + 1},
            }  # fmt: skip
        padding = {f"v{n}": "x" for n in range(fill)}
        whole = {"relionc": 1, "cluster": "lab", "relion": "3.1", "vars": padding, "jobs": named}
        return text(json.dumps(whole, indent=0))(folder)

    return make


def _made_outputs(folder: Path) -> Sequence[str]:
    """Plant the output folders of a thousand jobs, of which none has run."""
    (folder / "P").mkdir()
    named = {f"j{n}": {**_GOOD, "output": f"P/j{n}/"} for n in range(1_000)}
    for name in named:
        (folder / "P" / name).mkdir()
    spec_of = {"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": named}
    return text(json.dumps(spec_of, indent=0))(folder)


def _many_names(folder: Path) -> Sequence[str]:
    """Plant a project with 2,500 files beside those that a thousand jobs look for and do not find."""
    (folder / "P").mkdir()
    for n in range(2_500):
        (folder / f"P/{'x' * 150}{n}.star").touch()
    (folder / "default_pipeline.star").write_text("data_\n")
    return _each_its_own(1_000, f"P/{'x' * 160}{{}}.star")(folder)


def _swept(jobs: int, matrix: dict[str, Any]) -> Callable[[Path], Sequence[str]]:
    """Return what lints a spec of many jobs with this matrix."""
    return text(_jobs(jobs, {**_GOOD, "matrix": matrix}).replace(", ", ",\n"))


_GRID = {"a": {"from": 1, "to": 100}, "b": {"from": 1, "to": 200}}


def _doubled_aliases(times: int) -> str:
    rows = "".join(f"  a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, times))
    return f"relionc: 1\nvars:\n  a0: &a0 [x, x]\n{rows}"


def _of_flags() -> str:
    flags = "--firstiter_cc --ini_high 60 --ctf --K 1 --tau2_fudge 4 --iter 25 --zero_mask --skip_align "
    flags += (
        "--healpix_order 2 --offset_range 5 --offset_step 2 --oversampling 1 --pool 3 --pad 2 --norm --scale "
    )
    return _jobs(1000, {**_GOOD, "extra_args": f"{flags}--particle_diameter 200 --flatten_solvent"})


def _of_nodes() -> str:
    jobs = {f"j{n}": {**_GOOD, "slurm": {"nodelist": f"n[{n}-{n + 64_000}]"}} for n in range(1000)}
    return json.dumps({"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": jobs}, indent=0)


def _said(sign: str, way: str) -> Callable[[Path], Sequence[str]]:
    return lambda folder: (*job("lint", options={sign: 1})(folder), "--format", way)


def _socket(path: Path) -> None:
    before = os.getcwd()  # the name of a socket is short
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:  # the file stays when it is closed
            made.bind(path.name)
    finally:
        os.chdir(before)


def _manifest(build: Path, said: str) -> None:
    (build / "spec/a").mkdir(parents=True)
    (build / "spec/a/run.sbatch").write_text("precious\n")
    (build / "spec/manifest.json").write_text(said)


def _built(
    plan: str | Callable[[], str] = "",
    manifest: str | Callable[[], str] = "",
    *,
    job: dict[str, Any] | None = None,
    script: Callable[[], str] = lambda: "#!/bin/bash\n",
    more: Callable[[Path], object] = lambda _: None,
    call: str = "why",
) -> Callable[[Path], Sequence[str]]:
    """Return what asks about a build of a job `a` that a stranger has committed, submitted once."""

    def make(folder: Path) -> Sequence[str]:
        build = folder / "build/spec"
        (build / "a").mkdir(parents=True)
        (build / "state/a").mkdir(parents=True)
        (build / "a/run.sbatch").write_text(script())
        whole = {"spec": "spec.yaml", "jobs": {"a": {"output": "C/a/", "project": "", **(job or {})}}}
        listed = {"manifest_version": 1, "inputs": {}, "artifacts": {"a/run.sbatch": {"sha256": "x"}}}
        (build / "plan.json").write_text(plan() if callable(plan) else plan or json.dumps(whole))
        text = manifest() if callable(manifest) else manifest or json.dumps(listed)
        (build / "manifest.json").write_text(text)
        (build / "state/a/submitted").write_text(f"1700000000\tlocal-99999\t{'0' * 64}\n")
        (build / "state/folder").write_text(f"{folder}\n")
        more(build)
        return (call, "build/spec")

    return make


def _logged(name: str, content: Callable[[], str]) -> Callable[[Path], object]:
    def plant(build: Path) -> None:
        output = build.parents[1] / "C/a/relionc"
        output.mkdir(parents=True)
        (output.parent / name).write_text(content())

    return plant


def _listed(names: Callable[[], dict[str, Any]]) -> Callable[[], str]:
    rows = {"a/run.sbatch": {"sha256": "x"}}
    return lambda: json.dumps({"manifest_version": 1, "artifacts": {**rows, **names()}})


def _many_links(build: Path) -> None:
    _sparse(build / "s", 60 << 20)
    for n in range(300):
        os.link(build / "s", build / f"s{n}")


def _of_tasks(build: Path) -> None:
    """Plant a table of three points, submitted as tasks in a million characters of ranges."""
    (build / "points.tsv").write_text("name\np1\np2\np3\n")
    ranges = ",".join(["0-99999"] * 120_000)
    (build / "state/a/submitted").write_text(f"1\t1_[{ranges}]\t{'0' * 64}\n")


_UNSEEN = {"U+200B": "\u200b", "U+2060": "\u2060", "U+00AD": "\u00ad", "U+180E": "\u180e", "U+FEFF": "\ufeff"}
_SPOKEN = {
    "an escape sequence": "\x1b[2J",
    "a sequence of one byte": "\x9b31m",
    "a change of direction": "\u202e",
    "a command of Azure": "\n##vso[task.setvariable]x",
    "a command of TeamCity": "\n##teamcity[x]",
    "a command of GitHub": "\n::error::x",
}
_NO_FILES: dict[str, Callable[[Path], object]] = {
    "a socket": _socket,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to the kernel's log": lambda path: path.symlink_to("/proc/kmsg"),
    "a link to its own memory": lambda path: path.symlink_to("/proc/self/mem"),
}
_PROFILE = "profile: 1\nextends: lab\nname: mine\n"
_RUNS = f'HOME}}";{{touch,{CANARY}}};:"'
_BLANKS = {"no-break": "\u00a0", "em": "\u2003", "ideographic": "\u3000", "next line": "\u0085"}
_GOOD = {"type": "class3d", "options": {"fn_img": "p.star", "fn_ref": "r.mrc"}}

_JOB_STAR = (
    "data_job\n\n_rlnJobType 9\n_rlnJobIsContinue 0\n\ndata_joboptions_values\n\n"
    "loop_\n_rlnJobOptionVariable #1\n_rlnJobOptionValue #2\n"
)

HOSTILE: tuple[Hostile, ...] = (
    # --- references are parts ---
    *(
        Hostile(
            f"a text function cuts a reference: {call[:24]}", option(fn_mask=f"${{{{ {call} }}}}"), 1, "RL030"
        )
        for call in (
            f"replace(env.A, 'A', '{_RUNS}')",
            f"replace_first('x' + env.A, 'A', '{_RUNS}')",
            "mid(env.HOME, 1, 3)",
            "upper(env.home)",
            "before_last(env.A_B, '_')",
            "path_in_job(env.A)",
        )
    ),
    # --- words stay words ---
    Hostile("blanks in an output folder", job(output="x -r Movies y"), 1, "output"),
    Hostile("a folder that looks like an option", job(output="-rf/x"), 1),
    *(
        Hostile(
            f"a folder that a shell of RELION's would run or change: {folder}", job(output=folder), 1, "RL805"
        )
        for folder in (
            f"x;{{touch,{CANARY}}};",
            f"x$(touch${{IFS}}{CANARY})",
            f"x`touch${{IFS}}{CANARY}`",
            "x&y",
            "x|y",
            "x>y",
            "x<y",
            "(x)",
            "a{b,c}",
            "$HOME",
            "it's",
            'a"b',
            "a\\b",
            "~/x",
            "#x",
        )
    ),
    Hostile("a folder deeper than a path may be", job(output="x/" * 2500), 1, "RL805"),
    *(
        Hostile(f"a character that nobody sees, {name}, in {place}", make(f"a{sign}b"), 1, "RL905")
        for name, sign in _UNSEEN.items()
        for place, make in {
            "a file name": lambda text: option(fn_img=text),
            "an output folder": lambda text: job(output=text),
            "a project": lambda text: job(project=text),
        }.items()
    ),
    *(
        Hostile(f"a project of {name}", job(project=folder), 1)
        for name, folder in {"two lines": "a\nb", "a return": "a\rb", "a zero byte": "a\0b"}.items()
    ),
    *(
        Hostile(f"a layout by an expression: {text}", job("lint", layout=text), status, says)
        for text, status, says in (
            ("${{ env.A }}", 1, "RL107"),
            ("${{ 'homogen' + 'eous' }}", 0, ""),
            ("${{ 'none-of-these' }}", 1, "RL107"),
            ("${{ 1 / 0 }}", 1, "RL030"),
        )
    ),
    *(
        Hostile(f"a job that is called {name!r}", text(_named_job(name), "build", "spec.yaml"), 1)
        for name in ("-a", "a b", "a\n", "..", "a/b", "$(id)", "", "a" * 65, "\u00e4")
    ),
    *(
        Hostile(f"a Unicode space ({name}) in a file name", option(fn_img=f"p.star{blank}--o{blank}/x"), 1)
        for name, blank in _BLANKS.items()
    ),
    Hostile("a text option that brings another option", option(sym_name="C1 --o /home/x"), 0, "warning"),
    # --- sbatch options ---
    *(
        Hostile(f"sbatch option `{name}`", job(slurm={name: value}), 1, "RL6")
        for name, value in {
            "arr": "0-99",
            "chd": "/tmp",
            "mem-per-c": "1",
            "wrap": "id",
            "wra": "id",
            "uid": "root",
            "input": "/etc/passwd",
            "export-file": "x",
            "hold": "yes",
            "jobname": "x",
            "outpu": "x",
            "threads-per-core": 1,
            "hint": "nomultithread",
            "core-spec": 4,
            "thread-spec": 4,
            "extra-node-info": "1:1:1",
            "oversubscribe": True,
            "spread-job": True,
            "bbf": "/etc/passwd",
            "get-user-env": "L",
            "batch": "x",
            "clusters": "all",
            "-J": "x",
            "COMMENT": "x",
            "comment ": "x",
        }.items()
    ),
    # --- files with limits ---
    Hostile(
        "a secret in place of a profile",
        cluster("./shadow", lambda f: (f / "shadow").write_text(f"root:{SECRET}:1::\n")),
        1,
        "RL609",
    ),
    Hostile(
        "a secret that is a mapping",
        cluster("./s.yaml", lambda f: (f / "s.yaml").write_text(f"token: {SECRET}\n{SECRET}: 1\n")),
        1,
    ),
    Hostile("a pipe in place of a profile", cluster("./ff", lambda f: os.mkfifo(f / "ff")), 1, "RL609"),
    *(
        Hostile(f"{what} in place of {place}", make(plant), status)
        for what, plant in _NO_FILES.items()
        for place, make, status in (
            ("a profile", lambda plant: cluster("./q.yaml", lambda f: plant(f / "q.yaml")), 1),
            ("a spec", lambda plant: lambda f: (plant(f / "s.yaml"), ("build", "s.yaml"))[1], 2),
            ("particles", lambda plant: lambda f: (plant(f / "p.star"), job("lint")(f))[1], 0),
            ("a job file", lambda plant: lambda f: (plant(f / "job.star"), ("import", "job.star"))[1], 2),
            ("a build", lambda plant: _in_the_way(lambda build: plant(build / "spec")), 2),
        )
    ),
    Hostile("a device in place of a profile", cluster("/dev/zero", lambda _: None), 1, "RL609"),
    Hostile("a folder in place of a profile", cluster("./d", lambda f: (f / "d").mkdir()), 1, "RL609"),
    Hostile("a link to a device", cluster("./z", lambda f: (f / "z").symlink_to("/dev/zero")), 1, "RL609"),
    Hostile(
        "a sparse profile of 100 GB", cluster("./big", lambda f: _sparse(f / "big", 100 * GIB)), 1, "RL609"
    ),
    Hostile(
        "a sparse spec of 100 GB", lambda f: (_sparse(f / "s.yaml", 100 * GIB), ("lint", "s.yaml"))[1], 2
    ),
    Hostile("a pipe in place of a spec", lambda f: (os.mkfifo(f / "s.yaml"), ("build", "s.yaml"))[1], 2),
    Hostile("a device in place of a spec", lambda _: ("lint", "/dev/zero"), 2),
    Hostile("a device in place of particles", job("lint", options={"fn_img": "/dev/zero"}), 0),
    Hostile("a pipe in place of particles", lambda f: (os.mkfifo(f / "p.star"), job("lint")(f))[1], 0),
    Hostile("a STAR file of newlines", _newlines, 1, "RL156"),
    Hostile("a STAR file of columns with endless names", _wide_star, 0),
    Hostile(
        "particles of 10,000 optics groups with names of 60 kB",
        _particles(
            f"{_OPTICS}1 100 1{_PARTICLES}",
            *(part for n in range(10_001) for part in (f"1@x.mrcs m g{n}", "60000", "\n")),
        ),
        1,
        "RL151",
    ),
    Hostile(
        "10,000 optics groups of 60 kB",
        _particles(_OPTICS, *(part for n in range(10_000) for part in (f"1 100 g{n}", "60000", "\n"))),
        1,
        "RL156",
    ),
    Hostile(
        "10,000 optics groups of 900 values",
        _particles(_OPTICS + "".join(f"_c{n}\n" for n in range(900)) + f"1 100 1{' ab' * 900}\n" * 10_000),
        1,
        "RL156",
    ),
    Hostile(
        "rows of 300 quoted values",
        _particles(_PARTICLES + f"""{"'a' " * 300}\n""" * 30_000),
        1,
        "RL144",
    ),
    Hostile(
        "300 lists of 9,000 optics groups",
        _stars(
            300, _OPTICS + "".join(f"{n} {n} 1.{n}\n" for n in range(9_000)) + _PARTICLES + "1@x.mrcs m 1\n"
        ),
        1,
    ),
    Hostile("a thousand jobs near all bounds at once", _all_at_once(1_000, 20_000), 1),
    Hostile("a hundred jobs near all bounds at once", _all_at_once(100, 60_000), 1),
    Hostile(
        "a path of 2,000 folders", option(fn_img="../" * 2_000 + "p.star", fn_ref="a/" * 2_000 + "r.mrc"), 0
    ),
    Hostile("a thousand output folders that are there", _made_outputs, 0),
    Hostile("a thousand files that are not among 2,500", _many_names, 0, "RL150"),
    *(
        Hostile(
            f"a job.star of 200,000 unknown options, {call[0]}",
            _job_file("job.star", _JOB_STAR, "o{} v\n", 200_000, *call),
            int(call[0] == "commands"),
        )
        for call in (("commands", "--relion", "3.1"), ("import",))
    ),
    *(
        Hostile(
            f"a run.job of 150,000 unknown labels, {call[0]}",
            _job_file(
                "run.job", "job_type == 9\nis_continue == false\n", "Unknown {}: == v\n", 150_000, *call
            ),
            int(call[0] == "commands"),
        )
        for call in (("commands", "--relion", "3.0"), ("import",))
    ),
    Hostile(
        "a job.star with a value of 3 MB",
        _job_file("job.star", _JOB_STAR, f"fn_img {'x' * 3_000_000}\n", 1, "import"),
        1,
        "RL140",
    ),
    Hostile(
        "a thousand times a job file of 150,000 options, import",
        _project(999, "J/job001/", "".join(f"o{n} v\n" for n in range(150_000))),
        2,
        "too large",
    ),
    Hostile(
        "9,000 times a job file that is none, import",
        _project(9_000, "J/job001/", '"\n' * 700_000),
        2,
        "too large",
    ),
    Hostile(
        "a job.star of 200 options with names of 16,000 letters",
        _job_file("job.star", _JOB_STAR, "k" * 16_000 + "{} v\n", 200, "import"),
        0,
        never="k" * 2_000,
    ),
    Hostile(
        "a project of 9,000 jobs without job files, import",
        _project(9_000, "J/job{:03}/", ""),
        0,
        "and 8,8.. more",
    ),
    Hostile(
        "a slurm.conf of 60,000 nodes with features of their own",
        _slurm_conf(
            "".join(f"NodeName=c{n} CPUs=4 Features=f{n},g{n % 100}\n" for n in range(60_000))
            + "PartitionName=p Nodes=ALL\n"
        ),
        0,
    ),
    *(
        Hostile(
            f"a slurm.conf of a node with 20,000 {key}",
            _slurm_conf(
                f"NodeName=a CPUs=1 {key}="
                + ",".join(each.format(n) for n in range(20_000))
                + "\nPartitionName=p Nodes=ALL\n"
            ),
            0,
            f"left out: {what} of a node",
        )
        for key, each, what in (("Features", "f{}", "features"), ("Gres", "gpu:t{}:1", "resources"))
    ),
    Hostile(
        "a slurm.conf of 20,000 partitions of a thousand nodes",
        _slurm_conf(
            "NodeName=c[1-1000] CPUs=4\n" + "".join(f"PartitionName=p{n} Nodes=ALL\n" for n in range(20_000))
        ),
        1,
        "20,000 partitions",
    ),
    Hostile(
        "a slurm.conf of 1,900 partitions of 60,000 nodes",
        _slurm_conf(
            "NodeName=c[1-60000] CPUs=4\n"
            + "".join(f"PartitionName=p{n} Nodes=c[1-60000]\n" for n in range(1_900))
        ),
        0,
    ),
    Hostile(
        "900 names that are none of 9,000 of a project", _named_of_project("J/b{}", "J/job{:03}/"), 1, "RL030"
    ),
    Hostile("900 names of one job of a project", _named_of_project("J/a{}", "J/job001/"), 1, "RL030"),
    Hostile("a scheme of 9,000 jobs and 8,000 edges", _scheme(9_000, 4_000), 2, "too many"),
    Hostile("a STAR file of rows of 1 MB", _long_rows(1_000_000), 1, "RL151"),
    Hostile("a STAR file of rows of 60 kB", _long_rows(60_000), 1, "RL151"),
    Hostile("a template of half a character", _template("{{ '\\ud800' * 10 }}"), 1, "RL71"),
    Hostile("a template of zero bytes", _template("{{ '\\0' * 10 }}"), 1, "RL71"),
    Hostile("an output folder without a name", lambda f: (*job()(f), "-o", ""), 2),
    Hostile("a TIFF file of overlapping directories", _tiff_of_loops, 1, "RL151"),
    Hostile("settings of dotted keys", _toml('cluster="lab"\n' + "a." * 20_000 + "a=1\n"), 2, "relionc.toml"),
    Hostile("settings of 5 MB", _toml('cluster="lab"\n' + "#" * 5_000_000), 2, "relionc.toml"),
    Hostile(
        "a template that never ends",
        _template("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"),
        1,
        "RL71",
    ),
    Hostile(
        "a template that loops, for a thousand jobs",
        _script_template("{% for i in range(90000) %}{% endfor %}", 1000),
        1,
        "RL713",
    ),
    Hostile("a template of open brackets", _script_template("#!/bin/sh\n" + "$(" * 100_000, 1, "t.sh"), 1),
    Hostile("a template of a gigabyte", _template("{{ 'x' * 1000000000 }}"), 1, "RL71"),
    Hostile("a template of a great number", _template("{{ 9 ** (9 ** 9) }}"), 1, "RL71"),
    Hostile(
        "a template that doubles",
        _template(
            "{% set ns = namespace(x='x') %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}"
        ),
        1,
        "RL71",
    ),
    Hostile(
        "a pipe in place of a template",
        lambda f: (os.mkfifo(f / "t.j2"), job()(f), ("build", "spec.yaml", "--template", "t.j2"))[2],
        2,
    ),
    Hostile(
        "untrusted: a profile by path",
        _untrusted("./p.yaml", lambda f: (f / "p.yaml").write_text(_PROFILE)),
        1,
    ),
    # --- work is bounded ---
    Hostile(
        "variables that double, compared", text(_doubling("'a' if vars.v40 == vars.w40 else 'b'")), 1, "RL030"
    ),
    Hostile(
        "variables that double, looked into",
        text(_doubling("'a' if vars.v40 in [vars.w40] else 'b'")),
        1,
        "RL030",
    ),
    Hostile("variables that double, as text", text(_doubling("str(vars.v40)")), 1, "RL030"),
    Hostile(
        "a list of a thousand GPUs",
        job("lint", options={"use_gpu": True, "gpu_ids": ":".join("0" * 1000)}),
        1,
    ),
    Hostile(
        "a list of thirty thousand GPUs",
        job("lint", options={"use_gpu": True, "gpu_ids": ",".join("0" * 30000)}),
        1,
    ),
    Hostile(
        "the same key half a million times", text("relionc: 1\nvars:\n" + "  v: 1\n" * 500_000), 1, "RL003"
    ),
    Hostile(
        "points of 40 jobs that are excluded, 20,000 each",
        _swept(40, {**_GRID, "exclude": [{"b": n} for n in range(1, 201)]}),
        1,
        "RL028",
    ),
    Hostile("20,000 points of a thousand jobs", _swept(1_000, _GRID), 1, "RL028"),
    Hostile(
        "3,000 axes of a thousand values that go together",
        _swept(1, {"name": "n", "zip": {f"a{n}": {"from": 1, "to": 1000} for n in range(3_000)}}),
        1,
        "RL028",
    ),
    Hostile(
        "a thousand axes of long values",
        _swept(1, {"k": [1, 2], **{f"a{n}": ["x" * 3_900] for n in range(900)}}),
        1,
        "RL028",
    ),
    Hostile("aliases of aliases", text(_doubled_aliases(60)), 1, "RL008"),
    Hostile(
        "flow lists, 100,000 deep", text("relionc: 1\nvars: {a: " + "[" * 100_000 + "]" * 100_000 + "}\n"), 1
    ),
    Hostile("a list of 65,000 nodes for each of a thousand jobs", text(_of_nodes(), "build", "spec.yaml"), 0),
    Hostile("18 flags of RELION's among the arguments of a thousand jobs", text(_of_flags()), 1, "RL028"),
    Hostile("four hundred unknown keys", text(spec(**{f"k{n}": 1 for n in range(400)})), 1, "RL020"),
    Hostile("sixty thousand unknown keys", text(spec(**{f"k{n}": 1 for n in range(60_000)})), 1, "more"),
    Hostile(
        "a constraint of 100,000 alternatives",
        job("lint", resources={"constraint": "|".join("a" * 100_000)}),
        1,
    ),
    Hostile(
        "5,000 jobs to wait for that are not there", job("lint", after=[f"b{n}" for n in range(5000)]), 1
    ),
    Hostile("a thousand good jobs", text(_jobs(1000, _GOOD)), 0),
    Hostile("all layouts of a thousand jobs", text(_jobs(1000, _GOOD), "plan", "--all", "spec.yaml"), 0),
    Hostile("40,000 good jobs", text(_jobs(40_000, _GOOD)), 1),
    Hostile("300,000 bad jobs", text(_jobs(300_000, {})), 1),
    Hostile("a billion ranks", job("lint", resources={"ntasks": 10**9}), 1),
    Hostile("a list of a billion nodes", job("lint", slurm={"nodelist": "n[1-1000000000]"}), 0),
    Hostile(
        "a time in braces before 4 MB",
        text(
            '{"relionc": 1, "vars": {a: 12:00:00, '
            + ",\n ".join(f"b{n}: [x, y]" for n in range(200_000))
            + "}}"
        ),
        1,
    ),
    Hostile("4 MB of brackets", text("[\n" * 2_000_000), 1),
    # --- profiles as input ---
    *(
        Hostile(
            f"a profile with {what}",
            cluster("./p.yaml", lambda f, more=more: (f / "p.yaml").write_text(_PROFILE + more)),
            1,
        )
        for what, more in {
            "code in the name of a variable": f'environment: {{"A;touch {CANARY};B": x}}\n',
            "a directive of two lines": 'directives: {"comment=x\\n#SBATCH --wrap": id}\n',
            "a directive cut short": "directives: {wra: id}\n",
            "a partition with a tab": 'partitions: {"a\\tb": {node_types: [p100]}}\n',
            "escapes in its name": 'name: "x\\e[31m"\n',
        }.items()
    ),
    Hostile(
        "a profile of 90,000 versions",
        cluster(
            "./p.yaml", lambda f: (f / "p.yaml").write_text(f"{_PROFILE}versions:\n" + "- '9.9'\n" * 90_000)
        ),
        1,
    ),
    Hostile(
        "a template of 3,000 directives for 100 jobs",
        _script_template("#!/bin/sh\n" + "#SBATCH --comment=a\n" * 3000 + "XXXcommandXXX\n", 100, "t.sbatch"),
        1,
        "RL716",
    ),
    Hostile(
        "sources of dotted paths among 400 partitions of dotted names",
        _profile(_dotted_partitions(400) + _dotted_sources(400, 90), 1),
        1,
        "RL673",
    ),
    Hostile(
        "a profile whose partitions name 40,000 unknown kinds of nodes",
        cluster("./p.yaml", lambda f: (f / "p.yaml").write_text(_PROFILE + _unknown_nodes(20_000))),
        1,
    ),
    Hostile(
        "a profile whose partitions name 80,000 unknown kinds of nodes",
        _profile(_partitions(40, lambda _: ", ".join(f"n{n}" for n in range(1999))), 1),
        1,
        "RL672",
    ),
    Hostile(
        "a profile of 2,000 partitions, for a thousand jobs",
        _profile(_partitions(1990, lambda _: "p100"), 1000),
        1,
        "RL028",
    ),
    Hostile(
        "a profile of 2,000 modules of unknown versions, shown",
        _profile(
            "versions: ["
            + ", ".join(f"v{n}" for n in range(900))
            + "]\nmodules:\n"
            + "".join(f"  w{n}: []\n" for n in range(1999)),
            1,
            "cluster",
            "show",
            "p.yaml",
        ),
        1,
        "RL672",
    ),
    Hostile(
        "a profile of 45,000 unknown directives",
        _profile("directives:\n" + "".join(f"  d{n}: a\n" for n in range(45_000)), 1),
        1,
        "RL654",
    ),
    Hostile(
        "a profile of 800 short lines, for a thousand jobs",
        _profile("modules:\n  '*':\n" + "  - a\n" * 1_000, 1000),
        1,
        "RL676",
    ),
    Hostile("a profile of modules without end, for a thousand jobs", _long_modules, 1),
    # --- a build is all or nothing, where it should be ---
    Hostile("a spec called ...yaml", _named("...yaml"), 2),
    Hostile("a spec called .yaml", _named(".yaml"), 2),
    Hostile("a build folder that is a link", _in_the_way(_linked), 2, "link"),
    Hostile("a file that no build made", _in_the_way(_foreign), 2, "run.sbatch"),
    *(
        Hostile(
            f"a manifest of {what}",
            _in_the_way(lambda build, said=said: _manifest(build, said)),
            2,
            "run.sbatch",
        )
        for what, said in {
            "half a brace": "{",
            "100,000 brackets": "[" * 100_000,
            "a list": '{"artifacts": [1, 2]}',
            "a file outside": '{"artifacts": {"../../spec.yaml": {"sha256": "x"}}}',
        }.items()
    ),
    *(
        Hostile(f"an output folder {folder!r:.20}", lambda f, folder=folder: (*job()(f), "-o", folder), 2)
        for folder in ("/dev/null", "/proc/x", "x" * 5000)
    ),
    Hostile("an artifact of 3 GB that no build made", _in_the_way(_large), 2, "run.sbatch"),
    *(
        Hostile(
            f"an artifact of a megabyte of {what}, --check",
            lambda f, sign=sign: (*_in_the_way(lambda build: _megabyte(build, sign))(f), "--check"),
            1,
            "they differ",
            never=sign * 100,
        )
        for what, sign in {"zero bytes": "\0", "letters": "x"}.items()
    ),
    Hostile("a pipe in place of an artifact", _in_the_way(_pipe), 2, "run.sbatch"),
    Hostile(
        "90,000 jobs to wait for that are not there",
        text(_jobs(900, {**_GOOD, "after": [f"k{n}" for n in range(100)]})),
        1,
        "more",
    ),
    Hostile(
        "900 jobs of one output folder in other words",
        text(
            json.dumps(
                {
                    "relionc": 1,
                    "cluster": "lab",
                    "relion": "3.1",
                    "jobs": {f"j{n}": {**_GOOD, "output": "C/" + "./" * n + "/a/"} for n in range(900)},
                },
                indent=0,
            )
        ),
        1,
        "RL804",
    ),
    # --- a build that a stranger has committed ---
    Hostile("a build as it should be, why", _built(), 0, "unknown"),
    *(
        Hostile(
            f"a plan of 60 MB of {what}",
            _built(lambda each=each: f'{{"x":[{each * (60_000_000 // len(each))}1]}}'),
            2,
            "build it again",
        )
        for what, each in {"lists": "[],", "mappings": '{"a":{}},', "numbers": "1,"}.items()
    ),
    Hostile(
        "a manifest of 60 MB of lists",
        _built(manifest=lambda: "[" + "[]," * 20_000_000 + "1]"),
        2,
        "build it again",
    ),
    Hostile(
        "a manifest of 300,000 artifacts",
        _built(manifest=_listed(lambda: {f"a{n}": {} for n in range(300_000)})),
        2,
        "build it again",
    ),
    Hostile(
        "a folder of 3,000 folders among the artifacts",
        _built(manifest=_listed(lambda: {"x/" * 3_000 + "y": {}})),
        0,
    ),
    Hostile(
        "300 artifacts of 60 MB",
        _built(manifest=_listed(lambda: {f"s{n}": {} for n in range(300)}), more=_many_links),
        2,
        "larger",
    ),
    *(
        Hostile(f"an output folder with {what} in a plan", _built(job={"output": text}), 0)
        for what, text in {
            "half a character": "\ud800/",
            "a zero byte": "a\0b/",
            "an escape": "\x1b[2J/",
        }.items()
    ),
    *(
        Hostile(
            f"{name} of {what}",
            _built(more=_logged(name, lambda line=line: line * (1_000_000 // len(line)))),
            0,
        )
        for name in ("run.err", "run.out", "relionc/events.tsv")
        for what, line in {
            "a million lines": "\n",
            "digits": "1" * 1999 + "\n",
            "dots": "1." * 999 + "\n",
        }.items()
    ),
    Hostile(
        "a script that reads 5,000,000 files", _built(script=lambda: f"inputs=({'a ' * 5_000_000})\n"), 0
    ),
    Hostile(
        "commands of 60 MB of words",
        _built(more=lambda build: (build / "a/commands.txt").write_text("a " * 30_000_000)),
        0,
    ),
    Hostile(
        "tasks in a million characters of ranges",
        _built(
            job={"array": {"table": "points.tsv", "tasks": 3, "limit": 1}},
            manifest=_listed(lambda: {"points.tsv": {}}),
            more=_of_tasks,
            call="status",
        ),
        0,
    ),
    Hostile(
        "a table of 20,000,000 points",
        _built(
            job={"array": {"table": "points.tsv", "tasks": 1000}},
            manifest=_listed(lambda: {"points.tsv": {}}),
            more=lambda build: (build / "points.tsv").write_text("name\n" + "p\n" * 20_000_000),
        ),
        0,
    ),
    # --- what is printed ---
    *(
        Hostile(f"{name} in the name of an option, {way}", _said(sign, way), 1, never=sign)
        for name, sign in _SPOKEN.items()
        for way in ("text", "json", "sarif", "junit")
    ),
    *(
        Hostile(f"{what}, {command}", _named(name, command), status, never=never)
        for what, name, never in (
            ("a name with an escape sequence", "a\x1b[31m.yaml", "\x1b"),
            ("a name that CI takes for a command", "a\n::set-output name=x::y.yaml", "\n::set"),
            ("a name that is not UTF-8", "a\udcff.yaml", SECRET),
        )
        for command, status in (("build", 2), ("lint", 0), ("plan", 0))
    ),
    Hostile("NUL in a path", option(fn_img="p\0.star"), 1),
    Hostile("NUL in an output folder", job(output="a\0b"), 1),
)


def wrong(hostile: Hostile, seen: Seen, folder: Path) -> list[str]:
    """Return what is not as it must be, in words."""
    found = []
    if seen.status != hostile.status:
        found.append(f"exit status {seen.status}, not {hostile.status}")
    if hostile.says and not re.search(hostile.says, seen.said):
        found.append(f"does not say {hostile.says}")
    if hostile.never in seen.said:
        found.append(f"prints {hostile.never!r}")
    if "Traceback" in seen.said or "bug of ours" in seen.said:
        found.append("a traceback, or a bug of ours")
    if seen.peak_mib > MOST_MB:
        found.append(f"{seen.peak_mib:.0f} MiB")
    if list(folder.rglob(CANARY)):
        found.append("it ran a command")
    return found


def main(patterns: Sequence[str]) -> int:
    """Run all inputs (or those whose names match a pattern) and print the table."""
    bad = 0
    for hostile in HOSTILE:
        if patterns and not any(re.search(pattern, hostile.name) for pattern in patterns):
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "work"
            folder.mkdir()
            try:
                seen = run(hostile, folder)
                faults = wrong(hostile, seen, folder)
            except subprocess.TimeoutExpired:
                seen, faults = Seen(-1, 0, 0, ""), ["hangs"]
        first = next((line for line in seen.said.splitlines() if line), "")
        print(
            f"{seen.status:4} {seen.cpu_s:7.2f} s {seen.peak_mib:6.0f} MiB  {hostile.name:48} {first[:110]!r}",
            flush=True,
        )
        for fault in faults:
            bad += 1
            print(f"     WRONG: {fault}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
